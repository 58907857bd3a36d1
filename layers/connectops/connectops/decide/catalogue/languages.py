"""What drivers and servers print where the JVM or the server speaks another language than English.

Words: PostgreSQL 15 src/backend/po (de, es, fr, it, ja, ko, ru, zh_CN), pgjdbc 42.7.7 org.postgresql.translation, mssql-jdbc
12.4.2 SQLServerResource; SQL Server sys.messages 1205, 1222, 4060, 18456. A `*` stands for what varies.
"""

from __future__ import annotations

REFUSED = (
    # password authentication failed for user *
    "Passwort-Authentifizierung für Benutzer »*« fehlgeschlagen",
    "la autentificación password falló para el usuario «*»",
    "authentification par mot de passe échouée pour l'utilisateur  « * »",
    'autenticazione con password fallita per l\'utente "*"',
    'ユーザー"*"のパスワード認証に失敗しました',
    '사용자 "*"의 password 인증을 실패했습니다',
    'пользователь "*" не прошёл проверку подлинности (по паролю)',
    '用户 "*" 的密码认证失败',
    # role * does not exist
    "Rolle »*« existiert nicht",
    "no existe el rol «*»",
    "le rôle « * » n'existe pas",
    'il ruolo "*" non esiste',
    'ロール"*"は存在しません',
    '"*" 롤(role) 없음',
    'роль "*" не существует',
    '角色 "*" 不存在',
    # permission denied for table *
    "keine Berechtigung für Tabelle",
    "permiso denegado a la tabla",
    "droit refusé pour la table",
    "permesso negato per la tabella",
    "テーブル * へのアクセスが拒否されました",
    "테이블에 대한 접근 권한 없음",
    "нет доступа к таблице",
    "对表 * 的权限不足",
    # permission denied for schema *
    "keine Berechtigung für Schema",
    "permiso denegado al esquema",
    "droit refusé pour le schéma",
    "permesso negato per lo schema",
    "スキーマ * へのアクセスが拒否されました",
    "스키마(schema) 접근 권한 없음",
    "нет доступа к схеме",
    "对模式 * 的权限不足",
    # must be superuser or replication role to start walsender
    "nur Superuser und Replikationsrollen können WAL-Sender starten",
    "debe ser superusuario o rol de replicación para iniciar el walsender",
    "doit être un superutilisateur ou un rôle ayant l'attribut de réplication",
    "solo un superutente o il ruolo di replica può avviare walsender",
    "walsenderを起動するにはスーパーユーザーまたはreplicationロールである必要があります",
    "superuser 또는 replication 권한을 가진 롤만 walsender 프로세스를 시작할 수 있음",
    "для запуска процесса walsender требуется роль репликации или права суперпользователя",
    "必须是超级用户或复制角色才能启动 walsender",
)
"""PostgreSQL. The login is refused, or a right is missing."""

NO_DATABASE = (
    # database * does not exist
    "Datenbank »*« existiert nicht",
    "no existe la base de datos «*»",
    "la base de données « * » n'existe pas",
    'il database "*" non esiste',
    'データベース"*"は存在しません',
    '"*" 데이터베이스 없음',
    'база данных "*" не существует',
    '数据库 "*" 不存在',
)
"""PostgreSQL. There is no such database."""

LOST = (
    # terminating connection due to administrator command
    "Verbindung wird abgebrochen aufgrund von Anweisung des Administrators",
    "terminando la conexión debido a una orden del administrador",
    "arrêt des connexions suite à la demande de l'administrateur",
    "interruzione della connessione su comando dell'amministratore",
    "管理者コマンドにより接続を終了しています",
    "관리자 요청에 의해서 연결을 끝냅니다",
    "закрытие подключения по команде администратора",
    "由于管理员命令，正在终止连接",
    # the database system is starting up
    "das Datenbanksystem startet",
    "el sistema de base de datos está iniciándose",
    "le système de bases de données se lance",
    "il database si sta avviando",
    "データベースシステムは起動処理中です",
    "데이터베이스 시스템이 새로 가동 중입니다",
    "система баз данных запускается",
    "数据库系统正在启动",
    # the database system is shutting down
    "das Datenbanksystem fährt herunter",
    "el sistema de base de datos está apagándose",
    "le système de base de données s'arrête",
    "il database si sta spegnendo",
    "データベースシステムはシャットダウンしています",
    "데이터베이스 시스템이 중지 중입니다",
    "система баз данных останавливается",
    "数据库系统正在关闭",
    # the database system is in recovery mode
    "das Datenbanksystem ist im Wiederherstellungsmodus",
    "el sistema de base de datos está en modo de recuperación",
    "le système de bases de données est en cours de restauration",
    "il database è in modalità di ripristino",
    "データベースシステムはリカバリモードです",
    "데이터베이스 시스템이 자동 복구 작업 중입니다",
    "система баз данных в режиме восстановления",
    "数据库系统在恢复模式中",
    # sorry, too many clients already
    "tut mir leid, schon zu viele Verbindungen",
    "lo siento, ya tenemos demasiados clientes",
    "désolé, trop de clients sont déjà connectés",
    "spiacente, troppi client già connessi",
    "現在クライアント数が多すぎます",
    "최대 동시 접속자 수를 초과했습니다",
    "извините, уже слишком много клиентов",
    "客户端连接过多",
    # pgjdbc: the connection attempt failed, an I/O error occurred, the connection was closed or refused
    "Der Verbindungsversuch schlug fehl",
    "El intento de conexión falló",
    "La tentative de connexion a échoué",
    "Il tentativo di connessione è fallito",
    "接続試行は失敗しました",
    "A tentativa de conexão falhou",
    "Ошибка при попытке подсоединения",
    "尝试连线已失败",
    "嘗試連線已失敗",
    "Une erreur d'entrée/sortie a eu lieu lors d'envoi vers le serveur",
    "Si è verificato un errore di I/O nella spedizione di dati al server",
    "バックエンドへの送信中に、入出力エラーが起こりました",
    "Ошибка ввода/вывода при отправке бэкенду",
    "このコネクションは既にクローズされています",
    "Соединение уже было закрыто",
    "Подсоединение по адресу * отклонено",
    "への接続が拒絶されました",
    "コピーからの読み取り中にデータベース接続で異常が発生しました",
    "コピーへの書き込み中にデータベース接続で異常が発生しました",
)
"""PostgreSQL. The server shuts down, starts, or has no connection free; then what the driver says of it."""

NO_SLOT = (
    # replication slot * does not exist
    "Replikations-Slot »*« existiert nicht",
    "no existe el slot de replicación «*»",
    "le slot de réplication « * » n'existe pas",
    'lo slot di replica "*" non esiste',
    'レプリケーションスロット"*"は存在しません',
    '"*" 이름의 복제 슬롯이 없습니다',
    'слот репликации "*" не существует',
    '复制槽 "*" 不存在',
)
"""PostgreSQL. There is no such replication slot."""

SLOT_IN_USE = (
    # replication slot * is active for PID *
    "Replikations-Slot »*« ist aktiv für PID",
    "el slot de replicación «*» está activo para el PID",
    "le slot de réplication « * » est actif pour le PID",
    'lo slot di replica "*" è attivo per il PID',
    'レプリケーションスロット"*"はPID*で使用中です',
    '"*" 이름의 복제 슬롯을 * PID 프로세스가 사용중입니다',
    'слот репликации "*" занят процессом с PID',
    '复制槽 "*" 正用于 PID',
)
"""PostgreSQL. Somebody else reads the slot."""

NO_SLOT_TO_HAVE = (
    # all replication slots are in use
    "alle Replikations-Slots sind in Benutzung",
    "todos los slots de replicación están en uso",
    "tous les slots de réplication sont utilisés",
    "tutti gli slot di replica sono in uso",
    "レプリケーションスロットは全て使用中です",
    "모든 복제 슬롯이 사용 중입니다",
    "используются все слоты репликации",
    "所有的复制槽都在使用中",
    # replication slot * already exists
    "Replikations-Slot »*« existiert bereits",
    "el slot de replicación «*» ya existe",
    "le slot de réplication « * » existe déjà",
    'lo slot di replica "*" esiste già',
    'レプリケーションスロット"*"はすでに存在します',
    '"*" 이름의 복제 슬롯이 이미 있습니다',
    'слот репликации "*" уже существует',
    '复制槽 "*" 已存在',
    # must be superuser or replication role to use replication slots
    "nur Superuser und Replikationsrollen können Replikations-Slots verwenden",
    "debe ser superusuario o rol de replicación para usar slots de replicación",
    "doit être un superutilisateur ou un rôle ayant l'attribut de réplication",
    "solo un superutente o il ruolo di replica può usare uno slot di replica",
    "レプリケーションスロットを使用するためにはスーパーユーザーまたはreplicationロールである必要があります",
    "복제 슬롯은 superuser 또는 replication 롤 옵션을 포함한 사용자만 사용할 수 있습니다",
    "для использования слотов репликации требуется роль репликации или права суперпользователя",
    "必须是超级用户或复制角色才能使用复制槽",
)
"""PostgreSQL. No slot can be created."""

WAL_GONE = (
    # requested WAL segment * has already been removed
    "das angeforderte WAL-Segment * wurde schon entfernt",
    "el segmento de WAL solicitado * ya ha sido eliminado",
    "le segment demandé du journal de transaction, *, a déjà été supprimé",
    "il segmento WAL richiesto * è stato già rimosso",
    "要求された WAL セグメント * はすでに削除されています",
    "요청한 * WAL 조각 파일은 이미 지워졌음",
    "запрошенный сегмент WAL * уже удалён",
    "请求的 WAL 段 * 已删除",
    # can no longer get changes from replication slot *
    "aus Replikations-Slot »*« können keine Änderungen mehr gelesen werden",
    "ya no se pueden recibir cambios desde el slot de replicación «*»",
    "ne peut plus obtenir de modifications à partir du slot de réplication « * »",
    'non è più possibile ottenere le modifiche dallo slot di replica "*"',
    'すでにレプリケーションスロット"*"から変更を取り出すことはできません',
    '"*" 복제 슬롯에서 변경 사항을 더 찾을 수 없음',
    'из слота репликации "*" больше нельзя получать изменения',
    '不能再从复制槽 "*" 获取变更',
    # cannot read from logical replication slot *
    "kann nicht aus logischem Replikations-Slot »*« lesen",
    "no se puede leer del slot de replicación lógica «*»",
    "ne peut pas lire à partir du slot de réplication logique « * »",
    'impossibile leggere dallo slot di replica logica "*"',
    '論理レプリケーションスロット"*"は読み込めません',
    '"*" 논리 복제 슬롯에서 읽기 실패',
    'прочитать из слота логической репликации "*" нельзя',
    '不能从逻辑复制槽 "*" 读取',
)
"""PostgreSQL. The log that the slot needs is gone."""

NO_PUBLICATION = (
    # publication * does not exist
    "Publikation »*« existiert nicht",
    "no existe la publicación «*»",
    "la publication « * » n'existe pas",
    'la pubblicazione "*" non esiste',
    'パブリケーション"*"は存在しません',
    '"*" 이름의 발행은 없습니다',
    'публикация "*" не существует',
    '发布 "*" 不存在',
)
"""PostgreSQL. There is no such publication."""

TOOK_TOO_LONG = (
    # canceling statement due to statement timeout
    "storniere Anfrage wegen Zeitüberschreitung der Anfrage",
    "cancelando la sentencia debido a que se agotó el tiempo de espera de sentencias",
    "annulation de la requête à cause du délai écoulé pour l'exécution de l'instruction",
    "annullamento dell'istruzione a causa di timeout",
    "ステートメントのタイムアウトのためステートメントをキャンセルしています",
    "명령실행시간 초과로 작업을 취소합니다",
    "выполнение оператора отменено из-за тайм-аута",
    "由于语句执行超时，正在取消语句",
    # canceling statement due to lock timeout
    "storniere Anfrage wegen Zeitüberschreitung einer Sperre",
    "cancelando la sentencia debido a que se agotó el tiempo de espera de candados (locks)",
    "annulation de la requête à cause du délai écoulé pour l'obtention des verrous",
    "annullamento dell'istruzione a causa di timeout di lock",
    "ロックのタイムアウトのためステートメントをキャンセルしています",
    "잠금 대기 시간 초과로 작업을 취소합니다",
    "выполнение оператора отменено из-за тайм-аута блокировки",
    "由于锁超时，正在取消语句",
    # terminating connection due to idle-in-transaction timeout
    "Verbindung wird abgebrochen wegen Zeitüberschreitung in inaktiver Transaktion",
    "terminando la conexión debido a que se agotó el tiempo de espera para transacciones abiertas inactivas",
    "arrêt des connexions suite à l'expiration du délai d'inactivité en transaction",
    "la connessione è stata terminata a causa di timeout di inattività durante una transazione",
    "トランザクション中アイドルタイムアウトのため接続を終了します",
    "idle-in-transaction 시간 초과로 연결을 끝냅니다",
    "закрытие подключения из-за тайм-аута простоя в транзакции",
    "由于事务内空闲超时，正在终止连接",
)
"""PostgreSQL. A statement, a lock or an idle transaction took too long."""

MSSQL_CLOSED = (
    "Die Verbindung wurde geschlossen",
    "La conexión está cerrada",
    "La connexion est fermée",
    "La connessione è chiusa",
    "接続は閉じられています",
    "연결이 닫혔습니다",
    "A conexão está fechada",
    "Соединение закрыто",
    "该连接已关闭",
    "連接已關閉",
)
"""SQL Server's driver: the connection is closed."""

MSSQL_REFUSED = (
    "Fehler bei der Anmeldung für den Benutzer",
    "Error de inicio de sesión del usuario",
    "Échec de l'ouverture de session de l'utilisateur",
    "Accesso non riuscito per l'utente",
    "ユーザー '*' はログインできませんでした",
    "로그인하지 못했습니다",
    "Falha de logon do usuário",
    "Ошибка входа пользователя",
    "用户 '*' 登录失败",
    "使用者 '*' 的登入失敗",
)
"""SQL Server 18456: the login is refused."""

MSSQL_NO_DATABASE = (
    "無法開啟登入所要求的資料庫",
    "无法打开登录所请求的数据库",
    "Die von der Anmeldung angeforderte *-Datenbank kann nicht geöffnet werden",
    "Impossible d'ouvrir la base de données * demandée par la connexion",
    "No se puede abrir la base de datos * solicitada por el inicio de sesión",
)
"""SQL Server 4060: the database cannot be opened."""

MSSQL_LOCK_TIMEOUT = (
    "已超过了锁请求超时时段",
    "Das Timeout für Sperranforderungen wurde überschritten",
)
"""SQL Server 1222: waiting for a lock took too long."""

MSSQL_DEADLOCK = (
    "并且已被选作死锁牺牲品",
    "als Deadlockopfer ausgewählt",
    "elegida como sujeto del interbloqueo",
)
"""SQL Server 1205: a deadlock."""
