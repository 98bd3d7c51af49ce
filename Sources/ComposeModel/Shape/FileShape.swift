/// The keys of a compose file (Compose specification and its JSON schema).
extension Shape {
  static let file = Shape.object([
    "configs": .map(fileObject(["content": .text]), names: .resource),
    "include": .list(
      .either([
        .text,
        .object(["path": .textOrTexts, "env_file": .textOrTexts, "project_directory": .text], isClosed: true),
      ])),
    "jobs": .map(.job, names: .resource),
    "models": .map(
      .object(
        ["name": .text, "model": .text, "context_size": .scalar([.whole]), "runtime_flags": .texts],
        required: ["model"]), names: .resource),
    "name": .text, "networks": .map(.either([.scalar([.null]), network]), names: .resource),
    "secrets": .map(fileObject(["driver": .text, "driver_opts": .options]), names: .resource),
    "services": .map(.service, names: .resource), "version": .text,
    "volumes": .map(.either([.scalar([.null]), volume]), names: .resource),
  ])

  private static let external = Shape.either([.flag, .object(["name": .text])])

  private static func fileObject(_ further: [String: Shape]) -> Shape {
    .object(
      [
        "environment": .text, "external": external, "file": .text, "labels": .pairs, "name": .text,
        "template_driver": .text,
      ].merging(further) { first, _ in first })
  }

  private static let network = Shape.object([
    "attachable": .flag, "driver": .text, "driver_opts": .options, "enable_ipv4": .flag, "enable_ipv6": .flag,
    "external": external, "internal": .flag,
    "ipam": .object([
      "driver": .text, "options": .map(.text),
      "config": .list(
        .object([
          "subnet": .text, "ip_range": .text, "gateway": .text, "aux_addresses": .map(.text),
        ])),
    ]),
    "labels": .pairs, "name": .text,
  ])

  private static let volume = Shape.object([
    "driver": .text, "driver_opts": .options, "external": external, "labels": .pairs, "name": .text,
  ])
}
