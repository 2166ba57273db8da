internal import Glibc

/// Levels in dB and as factors.
public enum Decibels {
    /// The factor of a level in dB: 0 dB is 1.
    public static func linear(_ decibels: Double) -> Double { pow(10, decibels / 20) }

    /// The level in dB of a factor; minus infinity for 0.
    public static func level(_ factor: Double) -> Double { 20 * log10(factor) }
}
