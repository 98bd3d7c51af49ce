package import AuditModel
import Facts

extension Definitions {
  /// The JSON Schemas (draft 7) of the files that people write, by file name, from the same shapes that the loader
  /// holds them against.
  package static func publishedSchemas(targetKinds: [TargetKind]) -> [(name: String, text: String)] {
    let kinds = Vocabulary(targetKinds: targetKinds, probes: [], checklist: []).targetKinds
    let schemas = [
      ("attestations", "What people attest", AttestationSchema.schema),
      ("check", "A check", CheckSchema.schema), ("checklist", "The checklist", ChecklistSchema.schema),
      ("inventory", "What is audited", InventorySchema.schema(of: kinds)),
      ("policy", "What is demanded", PolicySchema.schema),
      ("probe", "The manifest of an external probe", ManifestSchema.schema),
      ("waivers", "What is accepted", WaiverSchema.schema),
      ("sign-off-policy", "Whose signatures a report needs", SignOffPolicySchema.schema),
      ("service", "The nightly service", ServiceSchema.schema),
      ("workflow", "A way through a system", WorkflowSchema.schema),
    ]
    return schemas.map { name, title, schema in
      var document = schema.jsonSchema()
      if name == "inventory" { document = document.acceptingVariablesInTargets }
      if case .object(var object) = document {
        object["title"] = .string(title)
        document = .object(object)
      }
      return ("\(name).schema.json", JSONText.canonical(document))
    }
  }
}

extension JSONValue {
  /// Plain texts of a target may hold `${env:NAME}`, which the loader replaces before it looks at their form.
  fileprivate var acceptingVariablesInTargets: JSONValue {
    changing(["properties", "targets", "items", "anyOf"]) { alternatives in
      .array((alternatives.array ?? []).map { $0.changing(["properties"], \.acceptingVariables) })
    }
  }

  private var acceptingVariables: JSONValue {
    .object(
      JSONObject(
        (object ?? [:]).members.map { name, value in
          (name, name == "id" || name == "kind" ? value : value.acceptingVariable)
        }))
  }

  private var acceptingVariable: JSONValue {
    switch self {
    case .array(let elements): return .array(elements.map(\.acceptingVariable))
    case .object(let object):
      let pattern = object["pattern"]?.string
      if object["type"] == "string", object["enum"] != nil || pattern.map({ !$0.contains("env:") }) == true {
        var open = object
        var form = JSONObject()
        for keyword in ["enum", "pattern"] {
          form[keyword] = object[keyword]
          open[keyword] = nil
        }
        open["anyOf"] = [.object(form), ["pattern": "[$]\\{env:[^}]*\\}"]]
        return .object(open)
      }
      return .object(JSONObject(object.members.map { ($0.name, $0.value.acceptingVariable) }))
    default: return self
    }
  }

  private func changing(_ path: [String], _ change: (JSONValue) -> JSONValue) -> JSONValue {
    guard let name = path.first else { return change(self) }
    guard case .object(var object) = self, let member = object[name] else { return self }
    object[name] = member.changing(Array(path.dropFirst()), change)
    return .object(object)
  }
}
