internal import Hummingbird

/// The answer to OPTIONS. What is public may be read by every web page, titles included; `/admin` by none.
///
/// `PUT` is not among the methods: libshout takes it for an invitation (icecast-protocol 0, trap 2).
enum Preflight {
    static func response(to head: RequestHead) -> Response {
        if head.isAdministration {
            return Response(status: .noContent, headers: [.allow: "GET, HEAD, POST, OPTIONS"])
        }
        var headers: HTTPFields = [
            .allow: methods, .accessControlAllowOrigin: "*", .accessControlAllowMethods: methods,
            .accessControlMaxAge: "86400",
        ]
        headers[.accessControlAllowHeaders] =
            "Accept, Cache-Control, Content-Type, Icy-MetaData, Range, User-Agent"
        headers[.accessControlExposeHeaders] = StreamHead.exposed
        return Response(status: .noContent, headers: headers)
    }

    private static let methods = "GET, HEAD, OPTIONS"
}

extension RequestHead {
    /// Whether it is for the operator.
    var isAdministration: Bool { path == "/admin" || path.hasPrefix("/admin/") }
}
