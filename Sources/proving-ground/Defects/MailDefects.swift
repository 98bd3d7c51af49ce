extension Defect {
  /// What can be wrong with how mail is taken, and with the TLS that it is taken under.
  static let mail = [
    Defect(
      id: "mail-root-private", summary: "mail is for everybody, and its certificate leads to a root that nobody has",
      part: .mailTrust
    ) { $0.inventory.mailIsForEverybody = true },
    Defect(
      id: "mail-name-uncovered", summary: "mail is reached by an address that its certificate is not made out to",
      part: .mailNames
    ) { $0.inventory.furtherMailNames = ["127.0.0.3"] },
    Defect(
      id: "mail-key-replaced", summary: "clients of mail pin two keys, and its certificate has another",
      part: .mailPins
    ) {
      $0.inventory.pinnedMailKeys = ["A", "B"].map { "sha256/\(String(repeating: $0, count: 42))A=" }
    },
    Defect(id: "mail-refuses-tls", summary: "the mail front refuses STARTTLS with 454", part: .mail, isBlinding: true) {
      $0.mail.manner.refusesTLS = true
    },
    Defect(
      id: "mail-says-too-much", summary: "the mail front sends one answer too many behind its go-ahead for TLS",
      part: .mail
    ) { $0.mail.manner.saysTooMuch = true },
    Defect(
      id: "mail-large-hello", summary: "the mail front breaks connections whose hello is longer than a packet",
      part: .mail
    ) { $0.mail.manner.hellos = .brokenIfLong },
    Defect(
      id: "mail-old-hello", summary: "the mail front breaks connections that offer nothing newer than TLS 1.1",
      part: .mail
    ) { $0.mail.manner.hellos = .brokenIfOld },
    Defect(
      id: "mail-strangers-declined", summary: "the mail front declines hellos that no usual client sends", part: .mail
    ) { $0.mail.manner.hellos = .declinedIfStrange },
    Defect(id: "mail-ssl3", summary: "the mail front speaks SSL 3.0", part: .mail) {
      $0.mail.manner.hellos = .answeredInSSL3
    },
    Defect(
      id: "mail-fallback-unnoticed", summary: "the mail front speaks TLS 1.1 even with clients that fell back to it",
      part: .mail
    ) { $0.mail.manner.hellos = .answeredInTLS11 },
    Defect(id: "mail-triple-des", summary: "the mail front takes triple DES from who has nothing better", part: .mail) {
      $0.mail.manner.hellos = .answeredWithTripleDES
    },
    Defect(id: "mail-compression", summary: "the mail front compresses under TLS 1.2", part: .mail) {
      $0.mail.manner.hellos = .compressed
    },
    Defect(id: "mail-renegotiation", summary: "the mail front does not bind renegotiation", part: .mail) {
      $0.mail.manner.hellos = .withoutRenegotiationInfo
    },
    Defect(
      id: "mail-certificate-not-everywhere", summary: "one of two mail servers kept the certificate before this one",
      part: .mail
    ) { $0.mail.keepsOldCertificate = true },
    Defect(
      id: "mail-staple-missing", summary: "the mail server's certificate demands a stapled status, and none is sent",
      part: .mail
    ) { $0.mail.certificate = .mustStaple },
    Defect(
      id: "mail-block-chaining-only", summary: "the mail server speaks TLS 1.2 alone, in CBC mode alone", part: .mail
    ) { $0.mail.protocols = .onlyBlockChaining },
    Defect(
      id: "mail-static-keys-only", summary: "the mail server speaks TLS 1.2 alone, without forward secrecy", part: .mail
    ) {
      $0.mail.protocols = .onlyStaticKeys
      $0.mail.certificate = .rsa
    },
  ]
}
