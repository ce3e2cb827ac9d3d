package import ParleyModel

/// What a session's handler needs of the runtime.
///
/// Called on the session's loop.
package protocol SessionHost: AnyObject {
  /// The front door recognised a session: it gets its number.
  func open(_ session: SessionHandler, door: String) -> SessionID

  /// Commands, in order, of one read or of what had to wait. The host calls
  /// ``SessionHandler/walked(_:)`` when they have had their turn.
  func submit(_ requests: [Request], from session: SessionHandler)

  /// A flush left nothing waiting, or a waiting write was taken: what stopped may go on.
  func drained(_ session: SessionHandler)

  /// The session's variant changed.
  func variantChanged(_ session: SessionHandler)

  /// It sent far more than its limits allow, or what cannot be read: the host ends it, its rooms
  /// first, once what it submitted is answered.
  func failed(_ session: SessionHandler, _ closing: Closing)

  /// The connection is gone; nothing can be sent any more.
  func disconnected(_ session: SessionHandler, _ departure: Departure)
}
