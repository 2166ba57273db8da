public import Audio

extension SoundDevice {
    /// The devices from which sound can be taken, PulseAudio's first. Blocks for as long as the sound systems take, ten
    /// seconds at the most.
    public static func list(workers: MediaWorkers, settings: SoundSettings) throws(MediaFault)
        -> [SoundDevice]
    {
        let worker = try workers.fresh()
        defer { worker.kill() }
        guard worker.send(.devices(settings)) else { throw worker.reap() }
        var messages = WorkerMessages(worker)
        var found: [SoundDevice] = []
        while true {
            switch try messages.next(within: 10_000) {
            case .device(let device): found.append(device)
            case .finished: return found
            case .failed(let fault): throw fault
            case nil: throw worker.reap()
            default: throw .nonsense
            }
        }
    }
}
