/// A user and the password in plain text, as a file of the station's holds it. It prints without the password.
public struct Login: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    public let user: String
    private let password: String

    public init(user: String, password: String) {
        self.user = user
        self.password = password
    }

    /// Takes as long for a wrong one as for the right one.
    func isSame(as given: Credentials) -> Bool {
        let (isUser, isPassword) = (isSameSecret(given.user, user), isSameSecret(given.password, password))
        return isUser && isPassword
    }

    public var description: String { "(login of \(user))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
