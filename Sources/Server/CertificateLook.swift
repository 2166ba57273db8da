extension FrontDoorConfiguration.TLS {
    /// Looks at the certificate and its key as the door does when it opens: nil when they are good, else a sentence with
    /// the remedy. Blocks for the disk.
    public var fault: String? {
        do throws(FrontDoorError) {
            _ = try Certificate(self)
            return nil
        } catch {
            return error.description
        }
    }
}
