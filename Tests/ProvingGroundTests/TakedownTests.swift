import Foundation
import Glibc
import Testing

@testable import proving_ground

extension Platforms {
  /// `down` leaves nothing, whoever was killed before.
  @Suite struct LeavesNothing {
    @Test(arguments: ["run-service", "nginx: master", "nginx: worker", "bin/postgres -D", "checkpointer"])
    func afterTheKillOf(part: String) throws {
      let ground = try Ground.up()
      let victim = try ground.process(part)
      kill(victim, SIGKILL)
      ground.expectDownLeavesNothing()
    }

    @Test func afterTheKillOfEverythingButTheDatabasesChildren() throws {
      let ground = try Ground.up()
      for part in ["api.json", "processing.json", "extraction.json", "nginx: master", "bin/postgres -D"] {
        kill(try ground.process(part), SIGKILL)
      }
      ground.expectDownLeavesNothing()
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func whenTheForegroundIsTold(signal: Int32) throws {
      let (process, ground, output) = try foreground()
      let segment = ground.sharedSegment
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      #expect(process.terminationStatus == 128 + signal)
      ground.expectNothing(segment: segment)
      withExtendedLifetime(output) {}
    }

    @Test func whenTheForegroundIsKilled() throws {
      let (process, ground, _) = try foreground()
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(try ground.health(of: .api).status == 200)
      ground.expectDownLeavesNothing()
    }

    @Test func whileTheForegroundStillStands() throws {
      let (process, ground, _) = try foreground()
      ground.expectDownLeavesNothing()
      process.waitUntilExit()
    }

    /// The moments are spread over what a start takes: certificates, the making of the database, the servers.
    @Test(arguments: [20, 80, 150, 250, 350, 450, 550, 650, 750, 900, 1100])
    func whenTheBuilderIsKilledHalfWay(milliseconds: UInt32) throws {
      let path = Ground.newPath()
      let process = try start(["up", "--detach", "--directory", path])
      usleep(milliseconds * 1000)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      Ground(path: path).expectDownLeavesNothing()
    }

    @Test(arguments: [1, 300, 600])
    func whenTheBuilderIsInterruptedHalfWay(milliseconds: UInt32) throws {
      let path = Ground.newPath()
      let process = try start(["up", "--directory", path])
      #expect(eventually { Files.exists(Folder(path: path).mark) })
      usleep(milliseconds * 1000)
      kill(process.processIdentifier, SIGINT)
      process.waitUntilExit()
      #expect(process.terminationStatus == 130)
      Ground(path: path).expectNothing(segment: nil)
    }

    @Test func bystandersInTheFolderAreLeftAlone() throws {
      let ground = try Ground.up()
      let bystander = Process()
      bystander.executableURL = URL(fileURLWithPath: "/bin/sleep")
      bystander.arguments = ["60"]
      bystander.currentDirectoryURL = URL(fileURLWithPath: ground.folder.home)
      try bystander.run()
      #expect(try run(provingGround, ["down", ground.path]).status == 0)
      #expect(bystander.isRunning)
      kill(bystander.processIdentifier, SIGKILL)
      bystander.waitUntilExit()
      #expect(!Files.exists(ground.path))
    }

    @Test func theInventoryElsewhereGoesToo() throws {
      let path = Ground.newPath()
      let inventory = "\(path).yaml"
      let ended = try run(provingGround, ["up", "--detach", "--directory", path, "--inventory", inventory])
      #expect(ended.output == "\(inventory)\n")
      #expect(Files.text(at: inventory)?.contains("id: web") == true)
      Ground(path: path).expectDownLeavesNothing()
      #expect(!Files.exists(inventory))
    }

    private func start(_ arguments: [String], output: Any? = FileHandle.nullDevice) throws -> Process {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: provingGround)
      process.arguments = arguments
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      return process
    }

    /// A platform whose builder stays, ready.
    private func foreground() throws -> (Process, Ground, Pipe) {
      let path = Ground.newPath()
      let output = Pipe()
      let process = try start(["up", "--directory", path], output: output)
      let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      try #require(line == "\(path)/prodworthy.yaml\n")
      return (process, Ground(path: path), output)
    }
  }
}

@Suite struct Refusals {
  @Test func whatIsNoProvingGroundIsNotTakenDown() throws {
    let path = Ground.newPath()
    try Files.makeFolder(path)
    try Files.write("precious", to: "\(path)/letter")
    #expect(try run(provingGround, ["down", path]).status == 1)
    #expect(Files.text(at: "\(path)/letter") == "precious")
    let ended = try run(provingGround, ["up", "--detach", "--directory", path])
    #expect(ended.status == 1)
    #expect(ended.output.contains("is not empty"))
    #expect(Files.text(at: "\(path)/letter") == "precious")
    try Files.remove(path)
  }

  @Test func somebodyElsesFileIsNotTakenForTheInventory() throws {
    let path = Ground.newPath()
    let inventory = "\(path).yaml"
    try Files.write("precious", to: inventory)
    let ended = try run(provingGround, ["up", "--detach", "--directory", path, "--inventory", inventory])
    #expect(ended.status == 1)
    #expect(Files.text(at: inventory) == "precious")
    #expect(!Files.exists(path))
    try Files.remove(inventory)
  }

  @Test func nothingIsTakenDownWithSuccess() throws {
    #expect(try run(provingGround, ["down", Ground.newPath()]).status == 0)
  }

  /// A builder that was killed before it had written its mark.
  @Test(arguments: [false, true]) func whatWasHardlyBegunIsTakenDown(hasMark: Bool) throws {
    let path = Ground.newPath()
    try Files.makeFolder(path)
    if hasMark { try Files.write("", to: Folder(path: path).mark) }
    #expect(try run(provingGround, ["down", path]).status == 0)
    #expect(!Files.exists(path))
  }
}

@Suite struct Processes {
  @Test func noTwoPlatformsShareAPort() throws {
    let all = try (0..<3).map { _ in try Ports() }.map { ports in
      Set(
        [ports.web, ports.plain, ports.outside, ports.database, ports.unused, ports.pooler]
          + Wings.ports.map { ports[$0] })
    }
    #expect(Set(all.joined()).count == all.map(\.count).reduce(0, +))
    #expect(all.allSatisfy { !$0.contains(0) })
  }

  @Test func aNumberAloneIsNoIdentity() throws {
    let me = try #require(ProcessIdentity(pid: getpid()))
    #expect(me.isRunning)
    let text = try JSONEncoder().encode(me)
    let earlier = String(decoding: text, as: UTF8.self).replacingOccurrences(of: "\(me.started)", with: "1")
    let recycled = try JSONDecoder().decode(ProcessIdentity.self, from: Data(earlier.utf8))
    #expect(!recycled.isRunning)
    // Would end these tests if it were sent.
    recycled.send(SIGKILL)
  }
}
