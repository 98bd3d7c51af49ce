package import AuditModel

/// What is asked about a certificate.
package struct PathQuestion: Sendable {
  /// What the certificate is presented for.
  package enum Purpose: String, Sendable, CaseIterable {
    /// A TLS server's identity.
    case server
    /// A TLS client's identity.
    case client
  }

  package var leaf: X509Certificate
  /// Certificates that may lie between, in any order, believed in nothing.
  package var intermediates: [X509Certificate]
  /// Certificates that are believed.
  package var anchors: [X509Certificate]
  /// What the client asked for; nil to leave names unchecked.
  package var name: ReferenceName?
  package var at: Instant
  package var purpose: Purpose
  /// Nil to leave revocation unchecked; otherwise the leaf has to be found not revoked by one of these.
  package var revocationLists: [X509CRL]?
  /// The most intermediates that are not self-issued.
  package var maximumDepth: Int

  /// The deepest path that is asked for unless somebody says otherwise.
  package static let usualDepth = 16

  /// A question; see the properties.
  package init(
    leaf: X509Certificate, intermediates: [X509Certificate] = [], anchors: [X509Certificate],
    name: ReferenceName? = nil, at: Instant, purpose: Purpose = .server, revocationLists: [X509CRL]? = nil,
    maximumDepth: Int = PathQuestion.usualDepth
  ) {
    self.leaf = leaf
    self.intermediates = intermediates
    self.anchors = anchors
    self.name = name
    self.at = at
    self.purpose = purpose
    self.revocationLists = revocationLists
    self.maximumDepth = maximumDepth
  }
}

/// What speaks against a path.
package struct PathReason: Sendable, Hashable {
  /// A permanent id, `expired`.
  package var id: String
  /// One sentence for people, without full stop; names in it come from the certificate.
  package var message: String
  /// The place in the path, 0 for the leaf.
  package var depth: Int

  /// A reason.
  package init(_ id: String, _ message: String, depth: Int) {
    self.id = id
    self.message = message
    self.depth = depth
  }
}

/// Whether a certificate is believed, and why not.
package struct PathVerdict: Sendable {
  /// None where it is believed.
  package var reasons: [PathReason]
  /// From the leaf to the anchor where it is believed; else the path that came nearest, perhaps without an anchor.
  package var path: [X509Certificate]

  /// Whether it is believed.
  package var isAccepted: Bool { reasons.isEmpty }

  /// A verdict.
  package init(reasons: [PathReason], path: [X509Certificate]) {
    self.reasons = reasons
    self.path = path
  }
}
