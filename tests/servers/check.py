"""What tests/servers/run.sh holds hozen to: lists made without hozen, by reading /proc, the package database and the tree."""
import base64, glob, json, os, stat, sys, zipfile

# Known places, by hand: what each profile must have taken, as folders (all regular files in them) and files.
KNOWN = {
    "linux-server": ["/var/log", "/etc/passwd", "/etc/shadow", "/etc/ssh/sshd_config", "/etc/cron.d", "/etc/crontab", "/etc/sudoers*",
                     "/etc/systemd", "/etc/init.d", "/etc/pam.d", "/srv/syslog", "/srv/logs/shop", "/opt/batch/log", "/home/taro/.bash_history",
                     "/srv/people/hanako/.ssh/authorized_keys", "/lib/systemd/system/*.service", "/var/lib/dpkg/status"],
    "web-server": ["/etc/nginx", "/etc/apache2", "/srv/logs/shop", "/srv/weblogs", "/srv/sites/shop/public", "/data/www", "/var/www",
                   "/home/xs1234/example.jp/public_html", "/home/xs1234/example.jp/log", "/srv/sites/shop/ec/var/log/prod",
                   "/srv/conf/nginx"],
    "mail-server": ["/etc/postfix", "/etc/dovecot", "/srv/mail", "/etc/aliases"],
    "db-server": ["/etc/postgresql", "/etc/redis", "/srv/pglog", "/srv/redis/redis.log"],
    "workstation": ["/home/taro/.bash_history"],
    "all-logs": ["/var/log", "/srv/logs/shop", "/srv/weblogs", "/srv/mail", "/srv/pglog", "/srv/redis/redis.log", "/srv/syslog", "/opt/batch/log",
                 "/home/xs1234/example.jp/log"],
}
# Packages whose every configuration file the profile must have.
PACKAGES = {"web-server": ["nginx-common", "apache2"], "mail-server": ["postfix", "dovecot-core", "dovecot-imapd"],
            "db-server": ["redis-server"], "linux-server": ["rsyslog", "openssh-server", "logrotate", "cron"]}
LEFT = ["/srv/people/hanako/.ssh/id_ed25519", "/etc/ssh/ssh_host_ed25519_key"]


def files(root, place):
    for path in glob.glob(root + place):
        if os.path.isdir(path) and not os.path.islink(path):
            for folder, _, names in os.walk(path):
                yield from (os.path.join(folder, name) for name in names)
        else:
            yield path


def regular(root, place):
    return {one for one in files(root, place) if stat.S_ISREG(os.lstat(one).st_mode)}


def held_open(root):
    """Regular files below the root that a process holds open for writing, and that are no tables, locks or sockets."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")) if os.path.isdir("/proc") else []:
        try:
            name = open(f"/proc/{pid}/comm").read().strip()
            if not os.path.realpath(f"/proc/{pid}/root").startswith(root):
                continue
            for fd in os.listdir(f"/proc/{pid}/fd"):
                path = os.readlink(f"/proc/{pid}/fd/{fd}")
                flags = int([line for line in open(f"/proc/{pid}/fdinfo/{fd}") if line.startswith("flags")][0].split()[1], 8)
                if path.startswith(root + "/") and flags & 3 and stat.S_ISREG(os.stat(f"/proc/{pid}/fd/{fd}").st_mode):
                    found.setdefault(path[len(root):], name)
        except (FileNotFoundError, ProcessLookupError, IndexError):
            continue
    tables = ("/var/lib/postgresql/", "/run/", "/var/lib/postfix/", "/var/spool/postfix/pid/", "/var/lib/redis/", "/dev/")
    return {path: name for path, name in found.items() if not path.startswith(tables) and not path.endswith((".lock", ".pid", " (deleted)"))}


def taken(case, prefix):
    [name] = glob.glob(f"{case}/evidence/*.zip")
    with zipfile.ZipFile(name) as archive:
        assert archive.testzip() is None
        [lines] = [one for one in archive.namelist() if one.endswith("custody/files.jsonl")]
        [facts] = [one for one in archive.namelist() if one.endswith("custody/acquisition.json")]
        records = [json.loads(line) for line in archive.read(lines).splitlines()]
        facts = json.loads(archive.read(facts))
    whole = {}
    for record in records:
        path = os.fsdecode(base64.b64decode(record["path_b64"]))
        assert path.startswith(prefix), path
        whole[path] = record
    return whole, facts


def times(root):
    all_times = {}
    for folder, folders, names in os.walk(root):
        folders[:] = [one for one in folders if os.path.join(folder, one) not in (root + "/proc", root + "/run", root + "/mnt")]
        for path in [folder] + [os.path.join(folder, one) for one in names + [f for f in folders if os.path.islink(os.path.join(folder, f))]]:
            seen = os.lstat(path)
            all_times[path] = [seen.st_mtime_ns, seen.st_ctime_ns] + ([] if os.path.isdir(path) else [seen.st_atime_ns])
    return all_times


def compare(root, work):
    problems, lines = [], []
    held = json.load(open(f"{work}/open.json"))
    assert len(held) >= 8, held
    per_profile = {"web-server": ["nginx", "apache2", "rotatelogs"], "mail-server": ["postlogd", "dovecot", "log", "master"], "db-server": ["postgres", "redis-server"],
                   "linux-server": ["rsyslogd"], "all-logs": None}
    for profile, places in KNOWN.items():
        records, facts = taken(f"{work}/cases/{profile}", root)
        kept = {path for path, record in records.items() if record["kind"] == "file" and record.get("sha256")}
        wanted = set().union(*(regular(root, place) for place in places))
        for package in PACKAGES.get(profile, []):
            listed = open(glob.glob(f"{root}/var/lib/dpkg/info/{package}.conffiles")[0]).read().split()
            wanted |= {root + one for one in listed if os.path.isfile(root + one) and not os.path.islink(root + one)}
        names = per_profile.get(profile, [])
        logs = {root + path for path, name in held.items() if names is None or name in names}
        missed = sorted(one for one in (wanted | logs) if one not in kept and os.path.realpath(one) not in kept)
        problems += [f"{profile}: missed {one[len(root):]}" for one in missed]
        problems += [f"{profile}: took {one}" for one in LEFT if root + one in kept]
        assert facts["profile"] == profile and facts["takes"] and facts["profiles_sha256"]
        dry = json.load(open(f"{work}/{profile}.dry.json"))
        ended = json.load(open(f"{work}/{profile}.json"))
        if abs(dry["total"]["files"] - ended["files"]) > 5:
            problems.append(f"{profile}: the dry run said {dry['total']['files']} files, the collection has {ended['files']}")
        gaps = sorted({gap["kind"] for gap in ended["gaps"]} - {"special_file", "changed_during_read", "vanished"})
        problems += [f"{profile}: gaps {gaps}"] if gaps else []
        there = sum(1 for take in facts["takes"] if take["found"])
        configured = sum(1 for take in facts["takes"] for one in take.get("configured", []) if not one.get("refused"))
        lines.append(f"{profile}: {there} of {len(facts['takes'])} takes, {ended['files']} files, {len(wanted)} known and {len(logs)} open logs all there, {configured} configured places, dry run {dry['total']['files']} files")
    live, _ = taken(f"{work}/cases/live", "/")
    for path, name in held.items():
        if name in per_profile["web-server"] + per_profile["db-server"] and not live.get(path, {}).get("sha256"):
            problems.append(f"live: missed {path}")
    lines.append(f"live: {len(live)} entries")
    before, after = json.load(open(f"{work}/before.json")), json.load(open(f"{work}/after.json"))
    changed = [path for path in before if after.get(path) != before[path]]
    problems += [f"changed: {path}" for path in changed[:20]]
    lines.append(f"times: {len(before)} entries, {len(changed)} changed")
    print("\n".join(lines))
    sys.exit("\n".join(problems) if problems else 0)


act, root, *rest = sys.argv[1:]
if act == "open":
    json.dump(held_open(root), open(f"{rest[0]}/open.json", "w"), indent=1)
elif act == "times":
    json.dump(times(root), open(rest[0], "w"))
else:
    compare(root, rest[0])
