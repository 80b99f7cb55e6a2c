import PlatformKit
import Subprocess
import SystemPackage

/// Runs programs as children of this process, as another user through `setpriv` where this one is root.
///
/// A daemon that the program leaves behind with its output open does not hold up the result: what was written
/// until the program's own end is the output.
package struct ChildProcessRunner: ProcessRunner {
  package init() {}

  package func run(
    _ call: ProcessCall, holding lock: (any FileLock)?
  ) async throws(ProcessFailure) -> ProcessResult {
    precondition(lock == nil || call.standardInput.isEmpty, "a lock stands in the place of an input")
    let command = try CommandLine(of: call)
    let stop = StopReason()
    // A task of its own is not cancelled with ours: acts are not interrupted.
    let task = Task { await attempt(call, command, lock, stop) }
    let alarm = call.timeout.map { timeout in
      Task {
        try await Task.sleep(for: timeout)
        stop.set(.timedOut(after: timeout))
        task.cancel()
      }
    }
    let outcome = await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      guard call.safeStop != nil else { return }
      stop.set(.cancelled)
      task.cancel()
    }
    alarm?.cancel()
    return try outcome.get()
  }

  private func attempt(
    _ call: ProcessCall, _ command: CommandLine, _ lock: (any FileLock)?, _ stop: StopReason
  ) async -> Result<ProcessResult, ProcessFailure> {
    do {
      let result = try await spawn(call, command, lock)
      guard let reason = stop.reason else { return .success(result) }
      return .failure(ProcessFailure(executable: call.executable, reason: reason))
    } catch {
      return .failure(
        ProcessFailure(executable: call.executable, reason: stop.reason ?? failureReason(of: error)))
    }
  }

  private func spawn(
    _ call: ProcessCall, _ command: CommandLine, _ lock: (any FileLock)?
  ) async throws -> ProcessResult {
    let input =
      if let lock { FileDescriptor(rawValue: try lock.share()) } else {
        try memoryFile(holding: call.standardInput)
      }
    let result = try await Subprocess.run(
      .path(FilePath(command.executable)), arguments: Arguments(command.arguments),
      environment: .custom(command.environment.map { Array("\($0.key)=\($0.value)\0".utf8) }),
      workingDirectory: FilePath(call.workingDirectory), platformOptions: options(for: call),
      input: .fileDescriptor(input, closeAfterSpawningProcess: true),
      output: .sequence, error: .sequence
    ) { execution in
      async let output = collect(execution.standardOutput, limit: call.outputLimitBytes)
      async let error = collect(execution.standardError, limit: call.outputLimitBytes)
      return try await (output, error)
    }
    let (output, error) = result.closureResult
    return ProcessResult(
      exit: exit(result.terminationStatus), standardOutput: output.bytes, standardError: error.bytes,
      truncated: output.truncated || error.truncated)
  }
}

private func options(for call: ProcessCall) -> PlatformOptions {
  var options = PlatformOptions()
  // A group of its own: the terminal's Ctrl-C reaches us alone, and a stop reaches the children's children.
  options.processGroupID = 0
  options.teardownSequence = [
    .send(
      signal: call.safeStop?.signal == .interrupt ? .interrupt : .terminate, toProcessGroup: true,
      allowedDurationToNextStep: call.safeStop?.grace ?? .seconds(5))
  ]
  return options
}

/// Reads to the end, but keeps no more than the limit.
private func collect(
  _ stream: SubprocessOutputSequence, limit: Int
) async throws -> (bytes: [UInt8], truncated: Bool) {
  var bytes: [UInt8] = []
  var truncated = false
  for try await buffer in stream {
    buffer.withUnsafeBytes {
      truncated = truncated || $0.count > limit - bytes.count
      bytes.append(contentsOf: $0.prefix(limit - bytes.count))
    }
  }
  return (bytes, truncated)
}

private func exit(_ status: TerminationStatus) -> ProcessResult.Exit {
  switch status {
  case .exited(let code): .code(Int(code))
  case .signaled(let signal): .signal(Int(signal))
  }
}

private func failureReason(of error: any Error) -> ProcessFailure.Reason {
  guard let error = error as? SubprocessError else { return .notStarted(String(describing: error)) }
  let cause = error.underlyingError.map { ": \($0)" } ?? ""
  switch error.code {
  case .executableNotFound: return .notStarted("there is no such program\(cause)")
  case .failedToChangeWorkingDirectory: return .notStarted("its working directory cannot be entered\(cause)")
  case .spawnFailed: return .notStarted("\(error)")
  default: return .lost("\(error)")
  }
}
