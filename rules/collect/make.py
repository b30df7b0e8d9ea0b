#!/usr/bin/env python3
"""Turns the ForensicArtifacts definitions of one pinned release into forensicartifacts.toml; --check compares instead.

For the maintainer, after a new release was looked at: pip install pyyaml, change RELEASE and SHA256, run it, read the difference.
GROUPS says which definitions belong together and what a person reads of them; the paths come from the definitions alone.
A folder is taken whole, so `/x/*` and `/x/**` become `/x`.
"""
import hashlib, json, pathlib, re, subprocess, sys, tarfile, tempfile

import yaml

RELEASE = "20260421"
SHA256 = "9c27d668ce270b08e2591e67f789a578356f5f69c7347d81e0f6e4c121b3c9f1"
HERE = pathlib.Path(__file__).parent

# id, definitions, title (en, ja), why (en, ja)
GROUPS = [
    ("linux.accounts", "UnixPasswdFile UnixGroupsFile UnixShadowFile UnixShadowBackupFile LinuxNssCachePasswdFile",
     ("User accounts", "利用者アカウント"), ("accounts that were added or given more rights", "追加・昇格されたアカウントがわかる")),
    ("linux.apt_config", "APTSources APTTrustKeys", ("APT sources and keys", "APT の取得元と鍵"),
     ("software from a source that nobody chose", "見覚えのない取得元からの導入がわかる")),
    ("linux.at_cron", "LinuxCronTabs AnacronFiles LinuxAtJobs LinuxAtJobsTemporaryOutputs CronAtAllowDenyFiles",
     ("cron and at jobs", "cron・at の予定"), ("the usual way to come back after a restart", "再起動後も居座るための定番の場所")),
    ("linux.audit", "LinuxAuditLogs", ("Audit log", "監査ログ（auditd）"), ("commands and file access as the kernel saw them", "実行や参照をカーネルが記録したもの")),
    ("linux.auth_logs", "LinuxAuthLogs", ("Logins and sudo", "ログイン・sudo のログ"), ("who came in, from where, and became whom", "誰がどこから入り、誰の権限になったか")),
    ("linux.boot", "LinuxGrubConfiguration LinuxFstab KernelModules LinuxLoaderSystemPreloadFile LinuxSysctlConfigurationFiles LinuxUdevRules",
     ("Boot and kernel settings", "起動・カーネルの設定"), ("preloaded libraries, modules and rules that hide or restart something", "隠蔽や自動起動に使われる設定がわかる")),
    ("linux.docker", "DockerContainerConfig GKEDockerContainerLogs", ("Docker containers", "Docker コンテナーの設定とログ"),
     ("what ran in containers and what it printed", "コンテナーの中身と出力がわかる")),
    ("linux.kubernetes", "KubernetesKubeletPodLogs KubernetesKubeletPodManifest KubernetesKubeletConfiguration", ("Kubernetes node", "Kubernetes ノードの設定とログ"),
     ("what ran in pods and what it printed", "Pod の中身と出力がわかる")),
    ("linux.journal", "LinuxSystemdJournalLogs LinuxSystemdJournalConfig", ("systemd journal", "systemd ジャーナル"),
     ("all messages of services, with exact times", "各サービスの記録と正確な時刻")),
    ("linux.logging", "LinuxRsyslogConfigs LinuxSyslogNgConfigs", ("Logging settings", "ログの設定"), ("where logs went, and whether that was changed", "ログの行き先と、その変更の有無")),
    ("linux.logins", "LinuxUtmpFiles LinuxWtmp UnixUtmpFile LinuxLastlogFile", ("Login records", "ログイン記録（wtmp・btmp・lastlog）"),
     ("logins, failed logins and restarts", "ログイン・失敗・再起動の記録")),
    ("linux.network", "DNSResolvConfFile UnixHostsFile HostAccessPolicyConfiguration LinuxHostnameFile LinuxIfUpDownScripts LinuxNetworkManager UFWConfigFiles UFWLogFile NfsExportsFile",
     ("Network settings", "ネットワークの設定"), ("names, routes and filters that traffic went by", "通信先や経路、遮断の設定")),
    ("linux.packages", "DebianPackagesLogFiles DebianPackagesStatus AptitudeLogFiles YumSources", ("Installed packages", "パッケージの導入記録"),
     ("what was installed and when; which hole was open", "いつ何が導入され、どの脆弱性があったか")),
    ("linux.pam", "LinuxPamConfigs LoginPolicyConfiguration", ("Login rules", "認証の設定（PAM）"), ("a back door in the login itself", "認証そのものに仕掛けられた裏口")),
    ("linux.release", "LinuxDistributionRelease LinuxLSBRelease LinuxSystemdOSRelease DebianVersion LinuxIssueFile", ("System release", "OS の版"),
     ("which system it is", "どの OS か")),
    ("linux.samba", "SambaConfigFile SambaLogFiles", ("Samba", "Samba"), ("which folders were shared, and who opened them", "共有フォルダーの設定と利用の記録")),
    ("linux.services", "LinuxSystemdServices LinuxSystemdTimers LinuxSysVInit LinuxLSBInit LinuxXinetd", ("Services and timers", "サービスとタイマー"),
     ("what starts by itself", "自動で起動するもの")),
    ("linux.shell_config", "ShellConfigurationFile RootUserShellConfigs", ("Shell settings", "シェルの設定"), ("commands that run at each login", "ログインのたびに実行される命令")),
    ("linux.shell_history", "ShellHistoryFile RootUserShellHistory MySQLHistoryFile PostgreSQLHistoryFile PythonHistoryFile SQLiteHistoryFile LessHistoryFile NanoHistoryFile Viminfo WgetHSTSdatabase",
     ("Command histories", "コマンドの履歴"), ("what was typed, also into databases", "入力された命令（データベースへのものも）")),
    ("linux.ssh", "SSHAuthorizedKeysFiles SSHKnownHostsFiles SshUserConfigFile SshdConfigFile SSHHostPubKeys RHostsFile", ("SSH settings and keys that let in", "SSH の設定と許可された鍵"),
     ("keys that let someone in, and hosts that were visited", "入室を許す鍵と、接続した先")),
    ("linux.sudo", "UnixSudoersConfigurationFile LinuxSudoReplayLogs", ("sudo rules and recordings", "sudo の設定と記録"), ("who may become root", "誰が root になれるか")),
    ("linux.system_logs", "LinuxSysLogFiles LinuxMessagesLogFiles LinuxDaemonLogFiles LinuxKernelLogFiles LinuxCronLogs", ("System logs", "システムのログ"),
     ("what services and the kernel reported", "サービスとカーネルの記録")),
    ("linux.time", "LinuxLocalTime LinuxTimezoneFile NtpConfFile", ("Time zone and clock", "時刻の設定"), ("how to read the times of logs", "ログの時刻を読むのに必要")),
    ("web.apache", "ApacheAccessLogs ApacheErrorLogs ApacheConfigurationFolder ApacheDefaultSiteConfigurationFile", ("Apache", "Apache"),
     ("who fetched what, and by which settings", "誰が何を取得したか、その設定")),
    ("web.haproxy", "HAProxyLogFiles", ("HAProxy logs", "HAProxy のログ"), ("true client addresses before the web server", "Web サーバー手前での接続元")),
    ("web.jenkins", "JenkinsLogFile", ("Jenkins log", "Jenkins のログ"), ("a common way in, with rights to deploy", "侵入されやすく、配備の権限を持つ")),
    ("web.nginx", "NginxAccessLogs NginxErrorLogs", ("nginx logs", "nginx のログ"), ("who fetched what", "誰が何を取得したか")),
    ("web.tomcat", "TomcatFiles", ("Tomcat", "Tomcat"), ("requests, errors and who may deploy", "要求・エラーと、配備できる利用者")),
    ("web.wordpress", "WordpressConfigFile", ("WordPress settings", "WordPress の設定"), ("database password and keys that may have leaked", "漏れたおそれのある DB の認証情報と鍵")),
    ("db.elasticsearch", "ElasticsearchAccessLog ElasticsearchAuditLog ElasticsearchGCLog ElasticsearchLogs ElasticsearchServerLog OpenSearchLogFiles",
     ("Elasticsearch and OpenSearch logs", "Elasticsearch・OpenSearch のログ"), ("queries and access", "検索と接続の記録")),
    ("db.mongodb", "MongoDBConfigurationFile MongoDBLogFiles", ("MongoDB settings and logs", "MongoDB の設定とログ"), ("connections, and whether it was open to all", "接続の記録と公開の有無")),
    ("db.mysql", "MySQLConfigurationFiles MySQLLogFiles", ("MySQL and MariaDB settings and logs", "MySQL・MariaDB の設定とログ"), ("connections, errors and slow queries that dumped tables", "接続・エラー・大量取得の記録")),
    ("db.postgresql", "PostgreSQLConfigurationFiles PostgreSQLLogFiles", ("PostgreSQL settings and logs", "PostgreSQL の設定とログ"), ("connections, errors and queries", "接続・エラー・問い合わせの記録")),
    ("db.redis", "RedisConfigFile RedisConfigurationFile RedisLogFiles", ("Redis settings and logs", "Redis の設定とログ"), ("an open Redis is a way in", "公開された Redis は侵入口になる")),
    ("desktop.autostart", "XDGAutostartEntries", ("Programs that start with the desktop", "デスクトップの自動起動"), ("the usual place to come back", "居座るための定番の場所")),
    ("desktop.browser_cookies", "ChromiumBasedBrowsersCookiesDatabaseFile FirefoxCookies", ("Browser cookies", "ブラウザーの Cookie"), ("sessions that may have been stolen", "盗まれたおそれのあるセッション")),
    ("desktop.browser_history", "ChromiumBasedBrowsersHistoryDatabaseFile FirefoxHistory FirefoxDownloads OperaHistoryFile ChromePreferences", ("Browser history", "ブラウザーの履歴"),
     ("sites that were visited, files that were fetched", "見たサイト、取得したファイル")),
    ("desktop.browser_extensions", "ChromiumBasedBrowsersExtensions ChromiumBasedBrowsersExtensionActivitySQLiteDatabaseFile FirefoxAddOns", ("Browser extensions", "ブラウザーの拡張機能"),
     ("extensions that read pages and passwords", "ページやパスワードを読む拡張機能")),
    ("desktop.browser_logins", "ChromiumBasedBrowsersLoginDataDatabaseFile ChromiumBasedBrowsersWebDataDatabaseFile", ("Browser logins and forms", "ブラウザーの保存パスワードと入力欄"),
     ("which accounts may have leaked", "どのアカウントが漏れたおそれがあるか")),
    ("desktop.cloud", "DropboxClient", ("Cloud storage clients", "クラウドストレージの同期記録"), ("files that left by a sync folder", "同期フォルダーから出たファイル")),
    ("desktop.mail", "MozillaThunderbird GnomeEvolution", ("Mail clients", "メールソフト"), ("messages and attachments as they were received", "受け取ったままのメールと添付")),
    ("desktop.messages", "SignalApplicationContent SignalDatabase XChatLogs", ("Messages", "メッセージアプリ"), ("talk beside the mail", "メール以外のやり取り")),
    ("desktop.recent", "GTKRecentlyUsedDatabase GnomeTracker GnomeApplicationState ZeitgeistDatabase ThumbnailCacheFolder", ("Recently used files", "最近使ったファイル"),
     ("which files were opened", "どのファイルが開かれたか")),
    ("desktop.trash", "FreeDesktopTrashInfoFiles FreeDesktopTrashFiles", ("Trash", "ごみ箱"), ("what was thrown away, and when", "何がいつ捨てられたか")),
]


def package(folder):
    """The definitions of the pinned release, by name."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "artifacts", "-d", folder, f"artifacts=={RELEASE}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    path = pathlib.Path(folder, f"artifacts-{RELEASE}.tar.gz")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != SHA256:
        sys.exit(f"{path.name} has SHA-256 {digest}, not the pinned one")
    found = {}
    with tarfile.open(path) as tar:
        for member in sorted(tar.getnames()):
            if re.fullmatch(r"[^/]+/artifacts/data/[a-z_]+\.yaml", member):
                for one in yaml.safe_load_all(tar.extractfile(member)):
                    found[one["name"]] = one
    return found


def is_linux(of):
    return "Linux" in of.get("supported_os", ["Linux"])


def paths(name, found):
    """The Linux paths of a definition, in our spelling."""
    definition = found[name]
    for source in definition["sources"]:
        attributes = source.get("attributes", {})
        if not is_linux(definition) or not is_linux(source):
            continue
        if source["type"] == "ARTIFACT_GROUP":
            for member in attributes["names"]:
                yield from paths(member, found)
        elif source["type"] in ("FILE", "PATH"):
            yield from filter(None, map(path, attributes["paths"]))


def path(text):
    if not text.startswith(("/", "%%users.homedir%%/")) or "%%" in text.replace("%%users.homedir%%", "") or text.startswith(("/private/", "/proc/", "/sys/")):
        return None
    while re.search(r"/\*+\d*$", text):
        text = re.sub(r"/\*+\d*$", "", text)
    return re.sub(r"/\*\*/", "/**3/", text)


def without_covered(all_paths):
    folders = {one for one in all_paths if "*" not in one.rsplit("/", 1)[-1]}
    above = lambda one: any(one.startswith(folder + "/") for folder in folders)
    return sorted(one for one in set(all_paths) if not above(one))


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def made(found):
    lines = [f"# Made by make.py from ForensicArtifacts {RELEASE} (PyPI `artifacts`, Apache-2.0; see NOTICE): do not edit, change make.py.", ""]
    for identity, names, title, why in sorted(GROUPS):
        all_paths = without_covered([one for name in names.split() for one in paths(name, found)])
        assert all_paths, f"{identity}: no path for Linux"
        lines += ["[[take]]", f"id = {quoted(identity)}",
                  f"title = {{ en = {quoted(title[0])}, ja = {quoted(title[1])} }}",
                  f"why = {{ en = {quoted(why[0])}, ja = {quoted(why[1])} }}",
                  f"artifacts = [{', '.join(map(quoted, names.split()))}]",
                  "paths = [", *(f"    {quoted(one)}," for one in all_paths), "]", ""]
    return "\n".join(lines)


def main():
    with tempfile.TemporaryDirectory() as folder:
        text = made(package(folder))
    target = HERE / "forensicartifacts.toml"
    if "--check" in sys.argv[1:]:
        if target.read_text() != text:
            sys.exit(f"{target} is not what make.py makes of release {RELEASE}: run it, and read the difference")
        print(f"forensicartifacts.toml is what release {RELEASE} gives")
    else:
        target.write_text(text)


main()
