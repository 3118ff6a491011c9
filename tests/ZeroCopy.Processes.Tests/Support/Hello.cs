using System.Net.Security;
using System.Text;

namespace ZeroCopy.Processes.Tests.Support;

/// <summary>What TLS clients say first, and what others say that are none.</summary>
internal static class Hello
{
    public const int MaxRecord = 1 << 14;

    private const byte Handshake = 22;
    private const byte ClientHello = 1;
    private const int Padding = 21;

    /// <summary>Where the length of a message is.</summary>
    private const int MessageLength = 6;

    /// <summary>What is wrong, the bytes, and what they have to be taken for.</summary>
    public static IReadOnlyDictionary<string, (byte[] Bytes, string Kind)> Hostile { get; } = MakeHostile();

    /// <summary>A hello that names a server, and is as long as the padding makes it.</summary>
    public static byte[] For(string name, int padding = 0) => Record(Message(Extensions(ServerName(name), Extension(Padding, new byte[padding]))));

    public static byte[] Without() => Record(Message(Extensions(Extension(Padding, new byte[10]))));

    /// <summary>The same message in records of so many bytes.</summary>
    public static byte[] InRecordsOf(int length, byte[] hello) => [.. hello[5..].Chunk(length).SelectMany(part => Record(part))];

    /// <summary>What .NET itself would send.</summary>
    public static byte[] OfSslStream(string name)
    {
        using MemoryStream said = new();
        using SslStream stream = new(said);
        FluentActions.Invoking(() => stream.AuthenticateAsClient(name)).Should().Throw<Exception>("nobody answers");
        return said.ToArray();
    }

    private static Dictionary<string, (byte[] Bytes, string Kind)> MakeHostile()
    {
        byte[] good = For("a.example");
        byte[] after = [.. good, 0, 0, 0];
        return new(StringComparer.Ordinal)
        {
            ["HTTP"] = ("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"u8.ToArray(), "NotTls"),
            ["random bytes"] = ([0x5A, .. Bytes.Random(3000)], "NotTls"),
            ["SSL 2"] = ([0x80, 0x2E, 1, 3, 1, 0, 0x15, 0, 0, 0, 16, .. new byte[37]], "NotTls"),
            ["an alert first"] = ([21, 3, 1, 0, 2, 2, 40], "NotTls"),
            ["application data first"] = ([23, 3, 3, 0, 1, 0, .. good], "NotTls"),
            ["another version"] = ([Handshake, 4, 0, .. good[3..]], "NotTls"),
            ["a record of 65535"] = ([Handshake, 3, 1, 0xFF, 0xFF, .. good[5..]], "Malformed"),
            ["a record of 16385"] = ([Handshake, 3, 1, 0x40, 1, .. good[5..]], "Malformed"),
            ["a record of nothing"] = ([Handshake, 3, 1, 0, 0, .. good], "Malformed"),
            ["records of nothing in the middle"] = ([.. InRecordsOf(20, good)[..25], Handshake, 3, 1, 0, 0, .. InRecordsOf(20, good)[25..]], "Malformed"),
            ["an alert in the middle"] = ([.. InRecordsOf(20, good)[..25], 21, 3, 1, 0, 2, 2, 40], "Malformed"),
            ["another message"] = (Record([2, .. good[6..]]), "Malformed"),
            ["a message of nothing"] = (Record([ClientHello, 0, 0, 0]), "Malformed"),
            ["a message of 16 MiB"] = (Record([ClientHello, 0xFF, 0xFF, 0xFF, .. good[9..]]), "Malformed"),
            ["a message of more than 16 KiB, in two records"] = (InRecordsOf(MaxRecord, For("a.example", padding: 20_000)), "Malformed"),
            ["more records than are looked at"] = (InRecordsOf(1, For("a.example", padding: 4000)), "Malformed"),
            ["a message that says it is shorter"] = (With(good, MessageLength, 0, 0, 50), "Malformed"),
            ["a message that says it is one shorter"] = (With(good, MessageLength, 0, 0, (byte)(good.Length - 9 - 1)), "Malformed"),
            ["a record that goes on behind the message"] = (With(after, 3, 0, (byte)(after.Length - 5)), "Malformed"),
            ["a session beyond the end"] = (Record(Message(Extensions(ServerName("a.example")), session: [0xFF])), "Malformed"),
            ["suites beyond the end"] = (Record(Message([], suites: [0xFF, 0xFE])), "Malformed"),
            ["extensions beyond the end"] = (Record(Message([0xFF, 0xFF, .. ServerName("a.example")])), "Malformed"),
            ["extensions that end before"] = (Record(Message([0, 1, .. ServerName("a.example")])), "Malformed"),
            ["half an extension"] = (Record(Message(Extensions(ServerName("a.example"), [0, 1, 0]))), "Malformed"),
            ["an extension beyond the end"] = (Record(Message(Extensions([0, 0, 0xFF, 0xFF, 1, 2]))), "Malformed"),
            ["no list of names"] = (Record(Message(Extensions(Extension(0, [])))), "Malformed"),
            ["a list of no names"] = (Record(Message(Extensions(Extension(0, [0, 0])))), "Malformed"),
            ["a list that ends before"] = (Record(Message(Extensions(Extension(0, [.. Vector(2, Name("a.example")), 0])))), "Malformed"),
            ["two names"] = (Record(Message(Extensions(Extension(0, Vector(2, [.. Name("a.example"), .. Name("b.example")]))))), "Malformed"),
            ["a name of another kind"] = (Record(Message(Extensions(Extension(0, Vector(2, [1, .. Name("a.example")[1..]]))))), "Malformed"),
            ["two extensions with names"] = (Record(Message(Extensions(ServerName("a.example"), ServerName("a.example")))), "Malformed"),
            ["an empty name"] = (For(string.Empty), "Malformed"),
            ["a name with a zero"] = (For("a.example\0.b.example"), "Malformed"),
            ["a name that is not ASCII"] = (For("ä.example"), "Malformed"),
            ["a name of two lines"] = (For("a.example\n127.0.0.1:1: all is well"), "Malformed"),
            ["a wildcard"] = (For("*.wild.example"), "Malformed"),
            ["a dot at the end"] = (For("a.example."), "Malformed"),
            ["a dot at the beginning"] = (For(".wild.example"), "Malformed"),
            ["a name too long"] = (For(string.Join('.', Enumerable.Repeat("name", 60))), "Malformed"),
        };
    }

    private static byte[] With(byte[] hello, int at, params byte[] bytes) => [.. hello[..at], .. bytes, .. hello[(at + bytes.Length)..]];

    private static byte[] Record(byte[] content) => [Handshake, 3, 1, .. Vector(2, content)];

    private static byte[] Message(byte[] extensions, byte[]? session = null, byte[]? suites = null) =>
        [ClientHello, .. Vector(3, [3, 3, .. new byte[32], .. session ?? [0], .. suites ?? [0, 4, 0x13, 1, 0x13, 2], 1, 0, .. extensions])];

    private static byte[] Extensions(params byte[][] extensions) => Vector(2, [.. extensions.SelectMany(bytes => bytes)]);

    private static byte[] Extension(int kind, byte[] content) => [(byte)(kind >> 8), (byte)kind, .. Vector(2, content)];

    private static byte[] ServerName(string name) => Extension(0, Vector(2, Name(name)));

    private static byte[] Name(string name) => [0, .. Vector(2, Encoding.Latin1.GetBytes(name))];

    /// <summary>Puts its own length before it.</summary>
    private static byte[] Vector(int lengthOfLength, byte[] content) =>
        [.. Enumerable.Range(1, lengthOfLength).Select(i => (byte)(content.Length >> (8 * (lengthOfLength - i)))), .. content];
}
