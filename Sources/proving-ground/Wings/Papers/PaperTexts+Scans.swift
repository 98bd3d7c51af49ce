extension PaperTexts {
  /// What scanners of vulnerabilities reported, each in its own form.
  static let scans: [String: String] = [
    "scans/trivy.json": """
    {
      "SchemaVersion": 2, "CreatedAt": "{{3 days ago}}T04:00:00Z",
      "ArtifactName": "registry.events.example/api:1.4", "ArtifactType": "container_image",
      "Results": [
        {
          "Target": "api (debian 13)", "Class": "os-pkgs", "Type": "debian",
          "Vulnerabilities": [
            {
              "VulnerabilityID": "CVE-2026-10001", "PkgName": "libexample", "InstalledVersion": "1.2.3",
              "FixedVersion": "1.2.4", "Severity": "CRITICAL",
              "PkgIdentifier": { "PURL": "pkg:deb/debian/libexample@1.2.3?arch=amd64" }
            },
            {
              "VulnerabilityID": "CVE-2026-10002", "PkgName": "libother", "InstalledVersion": "2.0",
              "FixedVersion": "", "Severity": "LOW",
              "PkgIdentifier": { "PURL": "pkg:deb/debian/libother@2.0?arch=amd64" }
            }
          ]
        }
      ]
    }

    """,
    "scans/openvex.json": """
    {
      "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://docs.events.example/vex/1", "author": "Dana Reyes",
      "timestamp": "{{3 days ago}}T08:00:00Z", "version": 1,
      "statements": [
        {
          "vulnerability": { "name": "CVE-2026-10001" },
          "products": [{ "@id": "pkg:deb/debian/libexample@1.2.3" }],
          "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path"
        }
      ]
    }

    """,
    "scans/grype.json": """
    {
      "matches": [
        {
          "vulnerability": {
            "id": "CVE-2026-10003", "severity": "Medium", "fix": { "versions": ["3.1"], "state": "fixed" }
          },
          "artifact": { "name": "tool", "version": "3.0", "purl": "pkg:deb/debian/tool@3.0" }
        }
      ],
      "descriptor": { "name": "grype", "version": "0.100.0", "timestamp": "{{4 days ago}}T04:10:00Z" }
    }

    """,
    "scans/code.sarif": """
    {
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "analyser",
              "rules": [{ "id": "py/weak-hash", "properties": { "security-severity": "5.0" } }]
            }
          },
          "invocations": [{ "executionSuccessful": true, "endTimeUtc": "{{5 days ago}}T04:20:00Z" }],
          "results": [
            {
              "ruleId": "py/weak-hash", "level": "warning", "message": { "text": "MD5 names files" },
              "locations": [{ "physicalLocation": { "artifactLocation": { "uri": "src/names.py" } } }]
            }
          ]
        }
      ]
    }

    """,
    "scans/parts.cdx.json": """
    {
      "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
      "metadata": {
        "timestamp": "{{6 days ago}}T04:30:00Z", "tools": { "components": [{ "type": "application", "name": "parts" }] }
      },
      "components": [
        { "type": "library", "bom-ref": "pkg:pypi/parser@2.1", "name": "parser", "version": "2.1", "purl": "pkg:pypi/parser@2.1" }
      ],
      "vulnerabilities": [
        {
          "id": "CVE-2026-10004", "ratings": [{ "severity": "high", "method": "CVSSv31" }],
          "affects": [{ "ref": "pkg:pypi/parser@2.1" }],
          "analysis": { "state": "not_affected", "justification": "code_not_reachable" }
        },
        {
          "id": "CVE-2026-10005", "ratings": [{ "severity": "low" }], "affects": [{ "ref": "pkg:pypi/parser@2.1" }]
        }
      ]
    }

    """,
    "scans/npm-audit.json": """
    {
      "auditReportVersion": 2,
      "vulnerabilities": {
        "chart": {
          "name": "chart", "severity": "low",
          "via": [{ "source": 1, "name": "chart", "url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc", "severity": "low", "range": "<3" }],
          "range": "<3", "fixAvailable": true
        }
      },
      "metadata": { "vulnerabilities": { "info": 0, "low": 1, "moderate": 0, "high": 0, "critical": 0, "total": 1 } }
    }

    """,
  ]
}
