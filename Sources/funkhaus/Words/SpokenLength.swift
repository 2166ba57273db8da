internal import ArgumentParser

/// A length as people write it: `90s`, `1h30m`, `2h`, `1d`, `8w`. Whole numbers with their units, the greatest first.
struct SpokenLength: Equatable, ExpressibleByArgument {
    let seconds: Int

    init(seconds: Int) { self.seconds = seconds }

    init?(argument text: String) {
        var rest = Substring(text)
        var total = 0
        for (unit, factor) in [("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]
            as [(Character, Int)]
        {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty, rest.dropFirst(digits.count).first == unit else { continue }
            // A year at the most: 366 days in any unit.
            guard let number = Int(digits), number <= 366 * 86_400 / factor else { return nil }
            total += number * factor
            rest = rest.dropFirst(digits.count + 1)
        }
        guard rest.isEmpty, total > 0 else { return nil }
        seconds = total
    }
}
