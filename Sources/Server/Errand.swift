internal import Broadcast

/// What a request wants at the door. Decided from its head alone.
enum Errand {
    /// To listen.
    case stream(PublicMount, TitleFraming)
    /// To know the head of the answer to a listener.
    case streamHead(PublicMount, TitleFraming)
    /// To follow the running order, or to know the head of the answer to one who does.
    case follow(headOnly: Bool)
    /// To bring a programme.
    case source(any StageDoor)
    /// A page, a playlist, the status, an act of the operator's: the website's.
    case page

    /// The mount whose stream is asked for.
    var mount: PublicMount? {
        switch self {
        case .stream(let mount, _), .streamHead(let mount, _): mount
        case .follow, .page, .source: nil
        }
    }

    /// - Throws: the sentence for whom nothing is here, or nothing yet.
    init(of head: RequestHead, by visitor: Visitor, at desk: FrontDesk) throws(Refusal) {
        switch head.method {
        case "GET", "HEAD":
            guard let wanted = desk.mount(at: head.path) else {
                // Who has the address of the live mount wants to hear the station.
                if desk.stage?.isEntrance(head.path) == true, let first = desk.mounts.first {
                    throw .found(at: visitor.base(desk) + urlPath(first.mount.path))
                }
                self = head.path == "/api/events" ? .follow(headOnly: head.method == "HEAD") : .page
                return
            }
            let mount = desk.standIn(for: wanted)
            // In its place only when a player could not tell the difference; and each mount keeps its own accounts.
            guard mount === wanted || mount.sounds(like: wanted) else {
                let query = head.query.isEmpty ? "" : "?\(urlQuery(head.query))"
                throw .found(at: visitor.base(desk) + urlPath(mount.mount.path) + query)
            }
            let framing = try TitleFramingRule.framing(for: head, of: mount.mount.description)
            self = head.method == "GET" ? .stream(mount, framing) : .streamHead(mount, framing)
        case "OPTIONS": self = .page
        case "POST" where head.isAdministration: self = .page
        // Those who bring a programme. Where none is taken they are refused before any `100 Continue`, and with 403: 401
        // would tell a client that its password is wrong, 404 and 405 make some try again in another way.
        case "SOURCE", "PUT":
            guard let stage = desk.stage, stage.isEntrance(head.path) else { throw .sourcesNotTaken }
            self = .source(stage)
        default: throw .methodNotAllowed
        }
    }
}
