// Devices and settings on the wire: a device is its system, its name and its label, a setting a name and a value.

extension WireBytes {
    mutating func add(_ device: SoundDevice) {
        add(device.system.rawValue)
        add(device.name)
        add(device.label)
    }

    mutating func add(_ device: SoundDevice?) {
        add(Int64(device == nil ? 0 : 1))
        if let device { add(device) }
    }

    mutating func add(_ settings: SoundSettings) {
        add(Int64(settings.values.count))
        for (name, value) in settings.values.sorted(by: { $0.key < $1.key }) {
            add(name)
            add(value)
        }
    }
}

extension SoundDevice {
    init(_ fields: inout WireFields) throws(WireFault) {
        guard let system = System(rawValue: try fields.text()) else { throw WireFault() }
        self.init(system, name: try fields.text(), label: try fields.text())
    }

    init?(optional fields: inout WireFields) throws(WireFault) {
        guard try fields.integer(in: 0...1) == 1 else { return nil }
        try self.init(&fields)
    }
}

extension SoundSettings {
    init(_ fields: inout WireFields) throws(WireFault) {
        var values: [String: String] = [:]
        for _ in 0..<(try fields.integer(in: 0...Int64(Self.names.count))) {
            values[try fields.text()] = try fields.text()
        }
        self.init(environment: values)
    }
}
