/// What is wrong with what is heard at a place.
public enum Fault: Hashable, Sendable {
    /// The programme itself carries no sound; for a place, it carries none of the programme's.
    case silent
    /// The mixer no longer mixes.
    case standstill
    /// The same seconds come again and again.
    case frozen
    /// It is not the programme.
    case wrong
    /// It is the programme, but so many seconds late.
    case late(seconds: Int)
    /// There is nothing to hear.
    case gone(Absence)

    /// Why nothing is heard.
    public enum Absence: Hashable, Sendable {
        /// Nobody answers at the address; libcurl's words.
        case unreachable(String)
        /// The server refuses, with an HTTP status.
        case refused(Int)
        /// The server ends the stream.
        case ended
        /// The connection stands, and nothing comes through it.
        case nothingComes
        /// Something comes that no player can play.
        case noAudio
        /// The station's own worker is missing or fails.
        case noWorker
    }

    /// A word for machines, the same for all that differ in numbers and reasons alone.
    public var code: String {
        switch self {
        case .silent: "silent"
        case .standstill: "standstill"
        case .frozen: "frozen"
        case .wrong: "wrong"
        case .late: "late"
        case .gone: "gone"
        }
    }
}

/// Where the station listens.
public enum Place: Hashable, Sendable {
    /// The mix itself.
    case programme
    /// One of the station's own mounts, by its path.
    case mount(String)
    /// The public address of a push, without any login.
    case target(String)
}

/// Something that is wrong at a place, from the moment on at which it was certain.
public struct Disturbance: Hashable, Sendable {
    public var place: Place
    public var fault: Fault
    /// The address at which listeners hear it; empty for the programme.
    public var address: String

    public init(place: Place, fault: Fault, address: String) {
        self.place = place
        self.fault = fault
        self.address = address
    }

    /// What is wrong, and what to do, for whoever keeps the station.
    public var words: String {
        switch (place, fault) {
        case (.programme, .silent):
            "The programme is silent: see what is on air (funkhaus now), and go on to the next item with: funkhaus skip."
        case (.programme, _):
            "The station's mixer stands still, and no sound is made: restart the station, and look into its log."
        case (_, .silent): "Who listens to \(address) hears silence instead of the programme.\(remedy)"
        case (_, .standstill), (_, .frozen):
            "Who listens to \(address) hears the same seconds again and again.\(remedy)"
        case (_, .wrong): "Who listens to \(address) hears something else than the programme.\(remedy)"
        case (_, .late(let seconds)):
            "Who listens to \(address) hears the programme \(seconds) s late.\(remedy)"
        case (_, .gone(let absence)): "Nobody can listen to \(address): \(absence.words).\(remedy)"
        }
    }

    /// What is said when it is over.
    public var endWords: String {
        switch place {
        case .programme: "The programme is heard again."
        case .mount, .target: "Who listens to \(address) hears the programme again."
        }
    }

    /// What is said when nobody looks after it any longer.
    var dropWords: String {
        "The configuration changed, and the trouble at \(address) is no longer followed. If the station still listens there "
            + "and the trouble lasts, it is told anew."
    }

    private var remedy: String {
        switch (place, fault) {
        case (.programme, _), (.mount, _):
            " Look into the station's log, and restart the station if it stays so."
        case (.target, .gone(.refused)), (.target, .gone(.unreachable)):
            " Look at that server, and at Icecast in: funkhaus status. If people listen elsewhere, say so with "
                + "listen_at."
        case (.target, _): " Look at that server, and at Icecast in: funkhaus status."
        }
    }
}

extension Fault.Absence {
    fileprivate var words: String {
        switch self {
        case .unreachable(let why): "it cannot be reached (\(why))"
        case .refused(404): "the server has no such stream (status 404)"
        case .refused(let status): "the server refuses it (status \(status))"
        case .ended: "the server ends the stream"
        case .nothingComes: "the server answers, and no sound comes"
        case .noAudio: "what comes is no sound that a player can play"
        case .noWorker: "the program funkhaus-media, which listens for the station, does not run"
        }
    }
}
