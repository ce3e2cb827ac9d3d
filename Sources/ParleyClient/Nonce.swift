/// Draws what nobody can guess.
enum Nonce {
  /// 64 random bits of the system's generator, in 16 hexadecimal digits.
  static func draw() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// 128 bits, as a nonce of a request.
  static func drawLong() -> String { self.draw() + self.draw() }
}
