import Glibc

// What libFuzzer calls, <https://llvm.org/docs/LibFuzzer.html>. It brings `main`.

/// Which parser this run feeds: the variable `PARLEY_FUZZ_TARGET`, the name of a ``FuzzTarget``.
private let target: FuzzTarget = {
  let name = getenv("PARLEY_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
    print("PARLEY_FUZZ_TARGET is one of: \(names)")
    exit(64)
  }
  return target
}()

/// One input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target.run(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
