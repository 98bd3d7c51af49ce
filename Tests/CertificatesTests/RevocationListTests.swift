import Certificates
import Testing

/// Revocation lists that decide, and lists that may not.
@Suite("Revocation lists")
struct RevocationListTests {
  @Test("each rule", arguments: rows)
  func rule(row: Row) throws {
    let verdict = try row.outcome()
    #expect(verdict.reasons.map(\.id) == (row.reason.map { [$0] } ?? []), "\(verdict.reasons)")
  }

  @Test("the reason of a revocation is told")
  func reason() throws {
    var scene = Scene()
    scene.lists = { [ListDraft(revoked: [($0.leaf.serial, 1)]).signed($0)] }
    let message = try scene.verdict().reasons.first?.message
    #expect(message == "CN=www.example.com was revoked on 2026-05-01: key compromise")
  }

  private static func row(
    _ what: String, _ reason: String?, _ change: @escaping @Sendable (inout ListDraft, inout Scene) -> Void
  ) -> Row {
    Row(what, reason) { scene in
      var draft = ListDraft()
      change(&draft, &scene)
      let final = draft
      scene.lists = { [final.signed($0)] }
    }
  }

  private static let point = "http://example.com/1.crl"

  private static func points(_ names: [UInt8]...) -> [UInt8] {
    DER.sequence(DER.sequence(DER.tagged(0, DER.tagged(0, names.flatMap { $0 }))))
  }

  private static func scope(_ members: [UInt8]...) -> [UInt8] { DER.sequence(of: members) }

  private static func full(_ names: [UInt8]...) -> [UInt8] { DER.tagged(0, DER.tagged(0, names.flatMap { $0 })) }

  static let rows: [Row] = [
    row("empty", nil) { _, _ in },
    row("another is revoked", nil) { list, _ in list.revoked = [([9, 9], nil)] },
    row("revoked", "revoked") { list, scene in list.revoked = [(scene.leaf.serial, nil)] },
    row("revoked from tomorrow on", "revoked") { list, scene in
      list.revoked = [(scene.leaf.serial, nil)]
      list.revocationDate = DER.utcTime("260602000000Z")
    },
    row("of another issuer", "revocation-unknown") { list, _ in list.issuer = DER.name(common: "Another") },
    row("signed by another", "crl-unusable") { list, _ in list.signer = .other },
    row("from tomorrow", "crl-unusable") { list, _ in list.thisUpdate = DER.utcTime("260602000000Z") },
    row("to be replaced yesterday", "crl-unusable") { list, _ in list.nextUpdate = DER.utcTime("260531000000Z") },
    row("replaced at this very second", nil) { list, _ in list.nextUpdate = DER.utcTime("260601000000Z") },
    row("without a next one", "crl-unusable") { list, _ in list.nextUpdate = [] },
    row("times in the wrong type", "crl-unusable") { list, _ in
      list.nextUpdate = DER.generalizedTime("20260701000000Z")
    },
    row("of version 1", "crl-unusable") { list, _ in
      list.version = []
      list.extensions = []
    },
    row("of version 3", "crl-unusable") { list, _ in list.version = DER.integer([2]) },
    row("without number", "crl-unusable") { list, _ in list.extensions = [] },
    row("with a critical number", "crl-unusable") { list, _ in
      list.extensions = [(.crlNumber, true, DER.integer([1]))]
    },
    row("with an unknown extension", nil) { list, _ in list.extensions.append(("1.2.3.4", false, DER.null)) },
    row("with an unknown critical extension", "crl-unusable") { list, _ in
      list.extensions.append(("1.2.3.4", true, DER.null))
    },
    row("with a serial number twice", "crl-unusable") { list, _ in list.revoked = [([7], nil), ([7], nil)] },
    row("an issuer that may not sign lists", "crl-unusable") { _, scene in
      scene.intermediate.set(.keyUsage, DER.usage(.keyCertSign), critical: true)
    },
    row("an issuer without key usage", nil) { _, scene in scene.intermediate.set(.keyUsage, nil) },
    row("for authorities only", "crl-unusable") { list, _ in
      list.extensions.append((.issuingDistributionPoint, true, scope(DER.implicit(2, [0xFF]))))
    },
    row("for users only", nil) { list, _ in
      list.extensions.append((.issuingDistributionPoint, true, scope(DER.implicit(1, [0xFF]))))
    },
    row("for attribute certificates", "crl-unusable") { list, _ in
      list.extensions.append((.issuingDistributionPoint, true, scope(DER.implicit(5, [0xFF]))))
    },
    row("indirect", "crl-unusable") { list, _ in
      list.extensions.append((.issuingDistributionPoint, true, scope(DER.implicit(4, [0xFF]))))
    },
    row("for some reasons", "crl-unusable") { list, _ in
      list.extensions.append((.issuingDistributionPoint, true, scope(DER.implicit(3, [6, 0x40]))))
    },
    row("of its distribution point", nil) { list, scene in
      scene.leaf.set(.crlDistributionPoints, points(DER.uri(point)))
      list.extensions.append((.issuingDistributionPoint, true, scope(full(DER.uri(point)))))
    },
    row("of another distribution point", "crl-unusable") { list, scene in
      scene.leaf.set(.crlDistributionPoints, points(DER.uri("http://example.com/%31.crl")))
      list.extensions.append((.issuingDistributionPoint, true, scope(full(DER.uri(point)))))
    },
    row("of a distribution point that the leaf does not have", "crl-unusable") { list, _ in
      list.extensions.append((.issuingDistributionPoint, true, scope(full(DER.uri(point)))))
    },
    row("of a distribution point that is no URI", "crl-unusable") { list, scene in
      scene.leaf.set(.crlDistributionPoints, points(DER.uri(point)))
      list.extensions.append(
        (.issuingDistributionPoint, true, scope(full(DER.uri(point), DER.dns("example.com")))))
    },
    row("of a leaf whose distribution point has another name too", "crl-unusable") { list, scene in
      scene.leaf.set(.crlDistributionPoints, points(DER.uri(point), DER.dns("example.com")))
      list.extensions.append((.issuingDistributionPoint, true, scope(full(DER.uri(point)))))
    },
    row("that only says what has changed", "crl-unusable") { list, _ in
      list.extensions.append((.deltaCRLIndicator, true, DER.integer([1])))
    },
    Row("a delta revokes", "revoked") {
      $0.lists = { scene in
        var delta = ListDraft(revoked: [(scene.leaf.serial, 4)])
        delta.extensions = [(.crlNumber, false, DER.integer([2])), (.deltaCRLIndicator, true, DER.integer([1]))]
        return [ListDraft().signed(scene), delta.signed(scene)]
      }
    },
    Row("a delta lifts a hold", nil) {
      $0.lists = { scene in
        var delta = ListDraft(revoked: [(scene.leaf.serial, 8)])
        delta.extensions = [(.crlNumber, false, DER.integer([2])), (.deltaCRLIndicator, true, DER.integer([1]))]
        return [ListDraft(revoked: [(scene.leaf.serial, 6)]).signed(scene), delta.signed(scene)]
      }
    },
    Row("revoked intermediate", "revoked") {
      $0.lists = { scene in
        var upper = ListDraft(revoked: [(scene.intermediate.serial, 2)])
        upper.issuer = scene.root.subject
        upper.signer = .root
        return [ListDraft().signed(scene), upper.signed(scene)]
      }
    },
    Row("a list for users says nothing of an intermediate", "crl-unusable") {
      $0.lists = { scene in
        var upper = ListDraft()
        upper.issuer = scene.root.subject
        upper.signer = .root
        upper.extensions.append((.issuingDistributionPoint, true, scope(DER.implicit(1, [0xFF]))))
        return [ListDraft().signed(scene), upper.signed(scene)]
      }
    },
  ]
}

/// A revocation list before it is signed, by the intermediate unless said otherwise.
struct ListDraft: Sendable {
  var version = DER.integer([1])
  var issuer: [UInt8]?
  var signer: ForgedKey?
  var thisUpdate = DER.utcTime("260501000000Z")
  var nextUpdate = DER.utcTime("260701000000Z")
  /// Serial numbers with reasons.
  var revoked: [(serial: [UInt8], reason: UInt8?)] = []
  var revocationDate = DER.utcTime("260501000000Z")
  var extensions: [(identifier: OID, isCritical: Bool, value: [UInt8])] = [(.crlNumber, false, DER.integer([1]))]

  func signed(_ scene: Scene) -> [UInt8] {
    let key = signer ?? scene.intermediate.key
    let entries = revoked.map { entry in
      let reason = entry.reason.map {
        DER.sequence(DER.sequence(DER.oid(.crlReason), DER.octets(DER.element(0x0A, [$0]))))
      }
      return DER.sequence(DER.integer(entry.serial), revocationDate, reason ?? [])
    }
    let list = extensions.map { one in
      DER.sequence(DER.oid(one.identifier), one.isCritical ? DER.boolean(true) : [], DER.octets(one.value))
    }
    let body = DER.sequence(
      version, key.algorithm, issuer ?? scene.intermediate.subject, thisUpdate, nextUpdate,
      entries.isEmpty ? [] : DER.sequence(of: entries),
      extensions.isEmpty ? [] : DER.tagged(0, DER.sequence(of: list)))
    return DER.sequence(body, key.algorithm, DER.bits(key.sign(body)))
  }
}
