/// What the DJ's line to the station tells whoever watches it; given on the uplink's own thread, in order.
public enum UplinkEvent: Sendable, Equatable {
    /// The station takes the show. `resumes` says that it goes on where a lost connection left off, `isFunkhaus` that
    /// the station speaks the resume protocol: anything else takes the bare stream.
    case connected(resumes: Bool, isFunkhaus: Bool)
    /// The line is gone and is being dialled again; the sentence says why.
    case lost(String)
    /// The station will not have us, and dialling again would not help; nothing follows but `ended`.
    case refused(String)
    /// Where the show stands at the station.
    case state(UplinkState)
    /// Follows a state: in so many seconds its time on air is over; nil for not that anybody knows.
    case left(seconds: Double?)
    /// The station's words for the DJ.
    case says(String)
    /// So many seconds of the show crossed a loss and are not lost.
    case repaired(seconds: Double)
    /// So many seconds of the show were given up: the loss outlasted what is kept.
    case dropped(seconds: Double)
    /// The station has so many bytes of this session's stream.
    case acknowledged(bytes: Int64)
    /// Nothing more happens: the show was ended, refused, or the station said goodbye.
    case ended
}

/// Where a show stands at the station.
public enum UplinkState: String, Sendable, CaseIterable {
    /// Connected, and waiting for the air.
    case greenRoom = "green room"
    case onAir = "on air"
    /// On air, with the station's bed playing in the show's place.
    case bridged
    /// Back in time, and waiting by the operator's word.
    case held
}
