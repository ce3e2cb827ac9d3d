/// The configuration that the IRC door needs of the server.
package struct IRCDoorOptions: Sendable {
  /// The server's name as clients see it, without spaces.
  package var serverName: String

  package init(serverName: String) {
    self.serverName = serverName
  }
}
