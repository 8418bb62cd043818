/// The type of a column or a parameter, by its object identifier in `pg_type`.
public struct PostgresType: Hashable, Sendable, CustomStringConvertible {
  /// The object identifier.
  public let oid: UInt32

  /// A type by its object identifier, such as one that an extension brings.
  public init(oid: UInt32) { self.oid = oid }

  /// `boolean`
  public static let bool = PostgresType(oid: 16)
  /// `bytea`
  public static let bytea = PostgresType(oid: 17)
  /// `name`, the type of identifiers in the catalogue
  public static let name = PostgresType(oid: 19)
  /// `bigint`
  public static let int8 = PostgresType(oid: 20)
  /// `smallint`
  public static let int2 = PostgresType(oid: 21)
  /// `integer`
  public static let int4 = PostgresType(oid: 23)
  /// `text`
  public static let text = PostgresType(oid: 25)
  /// `json`
  public static let json = PostgresType(oid: 114)
  /// `real`
  public static let float4 = PostgresType(oid: 700)
  /// `double precision`
  public static let float8 = PostgresType(oid: 701)
  /// `character`
  public static let bpchar = PostgresType(oid: 1042)
  /// `character varying`
  public static let varchar = PostgresType(oid: 1043)
  /// `timestamp with time zone`
  public static let timestamptz = PostgresType(oid: 1184)
  /// `uuid`
  public static let uuid = PostgresType(oid: 2950)
  /// `jsonb`
  public static let jsonb = PostgresType(oid: 3802)

  /// The names, and the types of arrays: fixed in PostgreSQL's catalogue (pg_type.dat).
  private static let known: [PostgresType: (name: String, array: UInt32)] = [
    .bool: ("boolean", 1000), .bytea: ("bytea", 1001), .name: ("name", 1003), .int8: ("bigint", 1016),
    .int2: ("smallint", 1005), .int4: ("integer", 1007), .text: ("text", 1009), .json: ("json", 199),
    .float4: ("real", 1021), .float8: ("double precision", 1022), .bpchar: ("character", 1014),
    .varchar: ("character varying", 1015), .timestamptz: ("timestamptz", 1185), .uuid: ("uuid", 2951),
    .jsonb: ("jsonb", 3807),
  ]

  /// The type of arrays of this type, if it is one of those above.
  public var array: PostgresType? { Self.known[self].map { PostgresType(oid: $0.array) } }

  /// The type's name, or its number.
  public var description: String { Self.known[self]?.name ?? "with OID \(oid)" }
}
