/// Slots that the clock divides: jingles at minutes of the hour, and playlists that have hours.
extension Programming {
    /// The part of a slot that is on at an instant of it.
    func part(of whole: Slot, at instant: Instant) -> Slot {
        let edges = edges(of: whole)
        guard !edges.isEmpty else { return whole }
        let (last, next) = edges.around(instant, schedule.agenda)
        var part = whole
        part.start = max(whole.start, last)
        part.end = min(whole.end, next)
        part.isCut = part.start > whole.start
        let minute = schedule.agenda.local(at: part.start).secondOfDay % 3_600
        if part.start == last, minute % 60 == 0, edges.minutes.contains(minute / 60),
            case .at(_, let start) = jingles(of: whole)?.due
        {
            part.jingle = start
        }
        return part
    }

    /// The last part of a slot.
    func lastPart(of whole: Slot) -> Slot { part(of: whole, at: whole.end - Length(frames: 1)) }

    /// Where the clock divides a slot. A file is never divided, and a show's playlist is the same from its beginning to
    /// its end.
    func edges(of slot: Slot) -> Edges {
        var edges = Edges()
        if case .at(let minutes, _) = jingles(of: slot)?.due, !hasFile(slot.show) {
            edges.minutes = Set(minutes)
        }
        if slot.show == nil {
            for hours in rotation.parts.compactMap(\.hours) {
                edges.times.formUnion([hours.from, hours.until])
            }
        }
        return edges
    }

    private func jingles(of slot: Slot) -> Jingles? { slot.show?.jingles ?? identification }

    /// Whether a show may begin with a file of its own.
    private func hasFile(_ show: Show?) -> Bool {
        [show?.plays, show?.otherwise].contains { content in
            switch content.flatMap({ sources[$0] }) {
            case .file, .series, .days: true
            case .rotation, nil: false
            }
        }
    }

    /// A rotation without the parts whose hours do not hold all of a slot; nil when nothing is left of it.
    func inHours(_ rotation: Rotation, _ slot: Slot) -> Rotation? {
        guard !rotation.isEmpty else { return nil }
        guard rotation.parts.contains(where: { $0.hours != nil }) else { return rotation }
        let parts = rotation.parts(from: slot.start, to: slot.end, schedule.agenda)
        guard parts.count < rotation.parts.count else { return rotation }
        guard !parts.isEmpty else { return nil }
        let variant = memory.variant(of: rotation, parts: parts)
        return variant.isEmpty ? nil : variant
    }

    /// The station's rotation in a slot. Below it there is nothing but the emergency file: where no part of it may be on,
    /// all of them are, and the reasons say so.
    func standard(in slot: Slot) -> Supply {
        Supply(rotation: inHours(rotation, slot) ?? rotation, isStandard: true)
    }

    /// The jingles that are measured, in their order.
    func tracks(of jingles: Jingles?) -> [Track] {
        guard let jingles, case .rotation(let rotation)? = sources[.playlist(jingles.playlist)] else {
            return []
        }
        return rotation.tracks.filter { $0.length ?? .zero > .zero }
    }

    /// The jingle that is due at an instant: one after the other, from hour to hour.
    func jingle(_ jingles: Jingles?, at instant: Instant) -> Track? {
        let tracks = tracks(of: jingles)
        guard !tracks.isEmpty, case .at(let minutes, _) = jingles?.due else { return nil }
        let local = schedule.agenda.local(at: instant)
        let hour = floorDivision(local.seconds, 3_600).passes
        let place = minutes.sorted().firstIndex(of: local.secondOfDay % 3_600 / 60) ?? 0
        return tracks[Int(floorModulo(hour * Int64(minutes.count) + Int64(place), Int64(tracks.count)))]
    }

    func file(_ content: Content?) -> Track? {
        guard let content, case .file(let track)? = sources[content], track.length ?? .zero > .zero else {
            return nil
        }
        return track
    }
}
