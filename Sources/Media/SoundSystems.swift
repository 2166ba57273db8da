internal import Audio
internal import CAV
internal import Glibc

/// libavdevice, which speaks to PulseAudio (and so to PipeWire) and ALSA. Loaded by who makes this value, and by nobody
/// else.
///
/// A process that captures has no walls: the sound systems' own libraries need sockets, shared memory and threads that
/// the walls forbid. It needs none either: it reads no stranger's bytes, and what comes are samples, which nobody parses.
@safe
struct SoundSystems {
    // Unsafe: dlopen's handle, for the life of the process.
    private let library: UnsafeMutableRawPointer

    /// - Parameter settings: what the systems' libraries are to find in the environment.
    init(_ settings: SoundSettings) throws(MediaFault) {
        for (name, value) in settings.values { unsafe setenv(name, value, 1) }
        guard let library = unsafe cav_load_devices() else { throw .noSoundSystem }
        unsafe self.library = library
    }

    /// The devices from which sound can be taken, each system's default first.
    func devices() -> [SoundDevice] { SoundDevice.System.allCases.flatMap(devices) }

    private func devices(_ system: SoundDevice.System) -> [SoundDevice] {
        guard let format = unsafe av_find_input_format(system.rawValue),
            let found = unsafe cav_list_devices(library, format)
        else { return [] }
        // Unsafe: the list's own counts say how much there is, and it is freed here, after the texts were copied.
        defer { unsafe cav_free_devices(library, found) }
        let first = unsafe Int(found.pointee.default_device)
        let places = 0..<Int(unsafe found.pointee.nb_devices)
        return places.sorted { ($0 == first ? 0 : 1, $0) < ($1 == first ? 0 : 1, $1) }.compactMap {
            place -> SoundDevice? in
            guard let device = unsafe found.pointee.devices[place]?.pointee,
                let name = unsafe device.device_name
            else { return nil }
            let label: UnsafeMutablePointer<CChar>? = unsafe device.device_description
            return unsafe SoundDevice(
                system, name: Tags.text(name), label: label.map { unsafe Tags.text($0) } ?? "")
        }
    }

    /// Opens a device; without a name PulseAudio's default, else ALSA's.
    func open(_ device: SoundDevice?) throws(MediaFault) -> Container {
        guard let device else {
            do throws(MediaFault) {
                return try open(SoundDevice(.pulse, name: "default"))
            } catch {
                return try open(SoundDevice(.alsa, name: "default"))
            }
        }
        do throws(MediaFault) {
            return try Container(device, channels: EngineFormat.channels)
        } catch {
            // A microphone of one channel, without anything in front of it that makes two of it.
            return try Container(device, channels: 1)
        }
    }
}
