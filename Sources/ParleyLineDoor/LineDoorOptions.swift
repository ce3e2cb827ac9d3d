/// The configuration that the line door needs of the server.
package struct LineDoorOptions: Sendable {
  /// What the greeting calls this server.
  package var serverName: String

  package init(serverName: String) {
    self.serverName = serverName
  }
}
