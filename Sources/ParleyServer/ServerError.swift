import Glibc
import NIOCore
import ParleyLog
package import ParleyQueueDoor

/// Why a server could not start, or had to stop; the text is for the operator.
package enum ServerError: Error, CustomStringConvertible {
  case cannotListen(ListenAddress, String)
  case cannotServeQueue(String, QueueFault)
  case data(String)
  /// The disk or the archive failed in the middle: what is on disk decides at the next start.
  case storage(String)

  package var description: String {
    switch self {
    case .cannotListen(let address, let reason):
      "cannot listen on \(address): \(reason); choose another with --listen ADDRESS:PORT"
    case .cannotServeQueue(let name, let fault): Self.words(for: fault, queue: name)
    case .data(let reason): reason
    case .storage(let reason):
      "storage failed: \(reason); what was acknowledged is on disk, and the next start reads it"
    }
  }

  private static func words(for fault: QueueFault, queue name: String) -> String {
    switch fault.code {
    case EBUSY:
      "cannot make the message queue \(name): another server serves it, perhaps in a container; "
        + "choose another with --queue"
    case EPERM, EACCES, EEXIST:
      "cannot make the message queue \(name): another user's is there; choose another with "
        + "--queue, or have its owner remove it (rm /dev/mqueue\(name))"
    default: "cannot make the message queue \(name): \(fault)"
    }
  }

  /// The operator's words for what opening the data directory threw.
  static func opening(_ error: any Error) -> any Error {
    switch error {
    case let error as LogError:
      switch error {
      case .full: ServerError.data("there is no space on the disk of the data directory")
      case .failed(let text), .damaged(let text), .inUse(let text), .newer(let text):
        ServerError.data(text)
      }
    case let error as ArchiveError:
      switch error {
      case .full: ServerError.data("there is no space on the disk of the data directory")
      case .failed(let text), .damaged(let text), .newer(let text): ServerError.data(text)
      }
    default: error
    }
  }

  /// Why a port could not be taken.
  static func listening(on address: ListenAddress, _ error: any Error) -> ServerError {
    guard let error = error as? IOError else { return .cannotListen(address, "\(error)") }
    switch error.errnoCode {
    case EADDRINUSE: return .cannotListen(address, "another program listens there")
    case EACCES: return .cannotListen(address, "ports below 1024 need permission")
    case EADDRNOTAVAIL: return .cannotListen(address, "this machine does not have that address")
    default: return .cannotListen(address, String(cString: strerror(error.errnoCode)))
    }
  }
}
