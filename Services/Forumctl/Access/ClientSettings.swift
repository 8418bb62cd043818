import Contracts

/// What a ministry's client has to be told, in the words of three clients. Without the password, so that it can be mailed.
struct ClientSettings: Sendable {
  let access: MinistryAccess
  /// Host and port of the listener outside.
  let external: String

  static let passwordFile = "forum.password"
  static let authorityFile = "forum-ca.pem"
  static let kcatFile = "kcat.conf"

  private var group: String { access.groupPrefix + "inbox" }

  var text: String {
    """
    # \(access.ministry.english) reads \(access.topic.name) as \(access.user).
    # Beside it: the password in \(Self.passwordFile), the Forum's certificate in \(Self.authorityFile).
    # Consumer groups begin with \(access.groupPrefix)

    # kcat (\(Self.kcatFile), readable by you alone; a password on a command line is seen by every user of the machine)
    \(kcat)

    # and with it
    \(kcatCall)

    # Java (consumer.properties)
    \(java)

    # Python (confluent-kafka; also any other client on librdkafka 2.6.1 or later)
    \(python)
    """
  }

  var kcat: String {
    """
    bootstrap.servers=\(external)
    security.protocol=SASL_SSL
    sasl.mechanisms=SCRAM-SHA-512
    sasl.username=\(access.user)
    sasl.password=PASSWORD
    ssl.ca.location=\(Self.authorityFile)
    """
  }

  var kcatCall: String {
    "kcat -F \(Self.kcatFile) -C -t \(access.topic.name) -o beginning -e -f '%h\\n%s\\n'"
  }

  var java: String {
    """
    bootstrap.servers=\(external)
    security.protocol=SASL_SSL
    sasl.mechanism=SCRAM-SHA-512
    sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="\(access.user)" password="PASSWORD";
    ssl.truststore.type=PEM
    ssl.truststore.location=\(Self.authorityFile)
    group.id=\(group)
    enable.auto.commit=false
    auto.offset.reset=earliest
    isolation.level=read_committed
    key.deserializer=org.apache.kafka.common.serialization.StringDeserializer
    value.deserializer=org.apache.kafka.common.serialization.StringDeserializer
    """
  }

  var python: String {
    """
    from confluent_kafka import Consumer
    consumer = Consumer({
        "bootstrap.servers": "\(external)",
        "security.protocol": "SASL_SSL",
        "sasl.mechanisms": "SCRAM-SHA-512",
        "sasl.username": "\(access.user)",
        "sasl.password": open("\(Self.passwordFile)").read().strip(),
        "ssl.ca.location": "\(Self.authorityFile)",
        "group.id": "\(group)",
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
    })
    consumer.subscribe(["\(access.topic.name)"])
    """
  }
}
