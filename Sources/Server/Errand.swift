internal import Broadcast

/// What a request wants at the door. Decided from its head alone.
enum Errand {
    /// To listen.
    case stream(PublicMount, TitleFraming)
    /// To know the head of the answer to a listener.
    case streamHead(PublicMount, TitleFraming)
    /// A page, a playlist, the status: the website's.
    case page

    /// - Throws: the sentence for whom nothing is here.
    init(of head: RequestHead, mounts: (String) -> PublicMount?) throws(Refusal) {
        switch head.method {
        case "GET", "HEAD":
            guard let mount = mounts(head.path) else {
                self = .page
                return
            }
            let framing = try TitleFramingRule.framing(for: head, of: mount.mount.description)
            self = head.method == "GET" ? .stream(mount, framing) : .streamHead(mount, framing)
        // Those who bring a programme. They are refused before any `100 Continue`, and with 403: 401 would tell a
        // client that its password is wrong, 404 and 405 make some try again in another way.
        case "SOURCE", "PUT": throw .sourcesNotTaken
        default: throw .methodNotAllowed
        }
    }
}
