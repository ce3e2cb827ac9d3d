/// How one session is shown things: what `/set` sets.
struct LineStyle: Hashable, Sendable {
  /// Whether messages show their numbers.
  var numbers = true
  /// Whether names are coloured, which takes escape sequences.
  var colour = false
  var zone = LineZone.utc
  /// Whether lines end with CR LF rather than with LF: for clients that speak telnet.
  var returns = false

  /// The same, packed: styles that differ have different numbers.
  var options: UInt64 {
    self.zone.fingerprint << 3 | (self.numbers ? 0 : 1) | (self.colour ? 2 : 0)
      | (self.returns ? 4 : 0)
  }

  /// What ends a line.
  var lineEnd: StaticString { self.returns ? "\r\n" : "\n" }
}
