/// The keys of a service (Compose specification, "Services top-level elements", and its JSON schema).
extension Shape {
  static let service = Shape.object(serviceKeys)

  /// A container that does its work and ends (Compose specification, "Jobs top-level element").
  static let job = Shape.object(
    serviceKeys.merging(["triggers": triggers]) { first, _ in first })

  private static let triggers = Shape.object([
    "manual": .flag,
    "schedule": .list(
      .either([
        .text,
        .object(
          ["cron": .text, "timezone": .text, "concurrency": .text, "missed_fires": .text], required: ["cron"]),
      ])),
  ])

  private static let serviceKeys: [String: Shape] = [
    "annotations": .pairs, "attach": .flag, "blkio_config": blkio, "build": .either([.text, build]),
    "cap_add": .uniqueTexts, "cap_drop": .uniqueTexts, "cgroup": .word(["host", "private"]), "cgroup_parent": .text,
    "command": .command, "configs": grants, "container_name": .text, "cpu_count": .whole(0...Int.max, orText: true),
    "cpu_percent": .whole(0...100, orText: true), "cpu_period": .quantity, "cpu_quota": .quantity,
    "cpu_rt_period": .quantity, "cpu_rt_runtime": .quantity, "cpu_shares": .quantity, "cpus": .quantity,
    "cpuset": .text,
    "credential_spec": .object(["config": .text, "file": .text, "registry": .text]),
    "depends_on": .either([.uniqueTexts, .map(dependency, names: .resource)]), "deploy": deploy,
    "develop": develop, "device_cgroup_rules": .uniqueTexts,
    "devices": .list(
      .either([
        .text, .object(["source": .text, "target": .text, "permissions": .text], required: ["source", "target"]),
      ])),
    "dns": .textOrTexts, "dns_opt": .uniqueTexts, "dns_search": .textOrTexts, "domainname": .text,
    "entrypoint": .command, "env_file": environmentFiles, "environment": .pairs,
    "expose": .list(.scalar([.text, .whole, .number]), isUnique: true),
    "extends": .either([.text, .object(["service": .text, "file": .text], required: ["service"], isClosed: true)]),
    "external_links": .uniqueTexts, "extra_hosts": extraHosts,
    "gpus": .either([.word(["all"]), .list(deviceRequest)]),
    "group_add": .list(.scalar([.text, .whole, .number]), isUnique: true), "healthcheck": healthcheck,
    "hostname": .text, "image": .text, "init": .flag, "ipc": .text, "isolation": .text,
    "label_file": .either([.text, .texts]), "labels": .pairs, "links": .uniqueTexts,
    "logging": .object(["driver": .text, "options": .map(.scalar([.text, .whole, .number, .null]))]),
    "mac_address": .text, "mem_limit": .quantity, "mem_reservation": .count, "mem_swappiness": .count,
    "memswap_limit": .quantity,
    "models": .either([.uniqueTexts, .map(.either([.scalar([.null]), modelUse]), names: .resource)]),
    "network_mode": .text,
    "networks": .either([.uniqueTexts, .map(.either([.scalar([.null]), attachment]), names: .resource)]),
    "oom_kill_disable": .flag, "oom_score_adj": .whole(-1000...1000, orText: true),
    "pid": .scalar([.text, .null]), "pids_limit": .quantity, "platform": .text,
    "ports": .list(.either([.scalar([.whole, .number, .text]), port]), isUnique: true),
    "post_start": .list(hook), "pre_start": .list(startHook), "pre_stop": .list(hook), "privileged": .flag,
    "profiles": .uniqueTexts,
    "provider": .object(["type": .text, "options": .map(.any)], required: ["type"]), "pull_policy": .text,
    "pull_refresh_after": .text, "read_only": .flag, "restart": .text, "runtime": .text,
    "scale": .whole(0...Int.max, orText: true),
    "secrets": grants, "security_opt": .uniqueTexts, "shm_size": .quantity, "stdin_open": .flag,
    "stop_grace_period": .text, "stop_signal": .text, "storage_opt": .map(.any), "sysctls": .pairs,
    "tmpfs": .textOrTexts, "tty": .flag, "ulimits": ulimits, "use_api_socket": .scalar([.boolean]), "user": .text,
    "userns_mode": .text, "uts": .text, "volumes": .list(.either([.text, mount]), isUnique: true),
    "volumes_from": .uniqueTexts, "working_dir": .text,
  ]

  private static let build = Shape.object([
    "additional_contexts": .pairs, "args": .pairs, "cache_from": .texts, "cache_to": .texts, "context": .text,
    "dockerfile": .text, "dockerfile_inline": .text, "entitlements": .texts, "extra_hosts": extraHosts,
    "isolation": .text, "labels": .pairs, "network": .text, "no_cache": .flag, "no_cache_filter": .textOrTexts,
    "platforms": .texts, "privileged": .flag, "provenance": .flag, "pull": .flag, "sbom": .flag, "secrets": grants,
    "shm_size": .count, "ssh": .pairs, "tags": .texts, "target": .text, "ulimits": ulimits,
  ])

  private static let blkio = Shape.object(
    [
      "device_read_bps": .list(throttle), "device_read_iops": .list(throttle), "device_write_bps": .list(throttle),
      "device_write_iops": .list(throttle), "weight": .count,
      "weight_device": .list(.object(["path": .text, "weight": .count], isClosed: true)),
    ], isClosed: true)

  private static let throttle = Shape.object(["path": .text, "rate": .count], isClosed: true)

  private static let dependency = Shape.object(
    [
      "condition": .word(["service_started", "service_healthy", "service_completed_successfully"]), "restart": .flag,
      "required": .scalar([.boolean]),
    ], required: ["condition"])

  private static let environmentFiles = Shape.either([
    .text,
    .list(
      .either([
        .text,
        .object(["path": .text, "format": .word(["raw"]), "required": .flag], required: ["path"], isClosed: true),
      ])),
  ])

  private static let extraHosts = Shape.either([.map(.either([.text, .texts])), .uniqueTexts])

  private static let grants = Shape.list(
    .either([
      .text,
      .object(
        [
          "source": .text, "target": .text, "uid": .text, "gid": .text, "mode": .scalar([.whole, .number, .text]),
        ], required: ["source"]),
    ]))

  private static let deviceKeys: [String: Shape] = [
    "capabilities": .uniqueTexts, "count": .count, "device_ids": .uniqueTexts, "driver": .text, "options": .pairs,
  ]
  private static let deviceRequest = Shape.object(deviceKeys)

  private static let healthcheck = Shape.object([
    "disable": .flag, "interval": .text, "retries": .quantity, "start_interval": .text, "start_period": .text,
    "test": .either([.text, .texts]), "timeout": .text,
  ])

  private static let hookKeys: [String: Shape] = [
    "command": .command, "user": .text, "privileged": .flag, "working_dir": .text, "environment": .pairs,
  ]
  private static let hook = Shape.object(hookKeys, required: ["command"])
  /// What runs before a service in a container of its own.
  private static let startHook = Shape.object(
    hookKeys.merging(["image": .text, "per_replica": .flag]) { first, _ in first })

  private static let attachment = Shape.object([
    "aliases": .uniqueTexts, "driver_opts": .options, "gw_priority": .scalar([.whole, .number]),
    "interface_name": .text, "ipv4_address": .text, "ipv6_address": .text, "link_local_ips": .uniqueTexts,
    "mac_address": .text, "priority": .scalar([.whole, .number]),
  ])

  private static let modelUse = Shape.object(["endpoint_var": .text, "model_var": .text])

  private static let port = Shape.object(
    [
      "app_protocol": .text, "host_ip": .text, "mode": .text, "name": .text, "protocol": .text, "published": .count,
      "target": .whole(0...Int(UInt32.max), orText: true),
    ], required: ["target"])

  private static let ulimits = Shape.map(
    .either([.count, .object(["soft": .count, "hard": .count], required: ["soft", "hard"])]))

  private static let mount = Shape.object(
    [
      "type": .word(["bind", "volume", "tmpfs", "cluster", "npipe", "image"]), "source": .text, "target": .text,
      "read_only": .flag, "consistency": .text,
      "bind": .object([
        "propagation": .text, "create_host_path": .flag,
        "recursive": .word(["enabled", "disabled", "writable", "readonly"]), "selinux": .word(["z", "Z"]),
      ]),
      "volume": .object(["labels": .pairs, "nocopy": .flag, "subpath": .text]),
      "tmpfs": .object(["size": .whole(0...Int.max, orText: true), "mode": .scalar([.whole, .number, .text])]),
      "image": .object(["subpath": .text]),
    ], required: ["type"])

  private static let develop = Shape.either([
    .scalar([.null]),
    .object([
      "watch": .list(
        .object(
          [
            "action": .word(["rebuild", "sync", "restart", "sync+restart", "sync+exec"]), "exec": hook,
            "ignore": .textOrTexts, "include": .textOrTexts, "path": .either([.text, .texts]), "target": .text,
            "initial_sync": .flag,
          ], required: ["path", "action"]))
    ]),
  ])

  private static let rollout = Shape.object([
    "parallelism": .count, "delay": .text, "failure_action": .text, "monitor": .text,
    "max_failure_ratio": .quantity, "order": .word(["start-first", "stop-first"]),
  ])

  private static let deploy = Shape.either([
    .scalar([.null]),
    .object([
      "endpoint_mode": .text, "labels": .pairs, "mode": .text,
      "placement": .object([
        "constraints": .texts, "max_replicas_per_node": .count,
        "preferences": .list(.object(["spread": .text])),
      ]),
      "replicas": .count,
      "resources": .object([
        "limits": .object(["cpus": .quantity, "memory": .text, "pids": .count]),
        "reservations": .object([
          "cpus": .quantity, "memory": .text, "devices": .list(.object(deviceKeys, required: ["capabilities"])),
          "generic_resources": .list(
            .object(["discrete_resource_spec": .object(["kind": .text, "value": .quantity])])),
        ]),
      ]),
      "restart_policy": .object([
        "condition": .text, "delay": .text, "max_attempts": .count, "window": .text,
      ]),
      "rollback_config": rollout, "update_config": rollout,
    ]),
  ])
}
