/// One thing that was done at the keyboard.
package enum Key: Hashable, Sendable {
  /// Printable characters that came together.
  case text(String)
  /// What a terminal with bracketed paste says was pasted; its line ends are `\n`.
  case paste(String)
  case enter, tab, backTab, backspace, delete, escape
  case up, down, left, right, home, end, pageUp, pageDown
  case wordLeft, wordRight
  /// A letter or sign with Ctrl: `^A` is `a`, `^_` is `_`.
  case control(Character)
  /// A character with Alt, or behind Esc.
  case alt(Character)
  case altEnter, altBackspace
  /// A key that nothing is known of, or a paste that was too long.
  case unknown
}
