using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace SniProxySample;

/// <summary>What a TLS client says first, in the clear: RFC 8446, 4.1.2, and for the name RFC 6066, 3.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="ServerName">The server that it names, as it is spelled there; null where it names none.</param>
/// <param name="Needed">Of an incomplete one: how many bytes there have to be before it is worth looking again, more than there were and at most <see cref="MaxLength"/>.</param>
internal readonly record struct ClientHello(HelloKind Kind, string? ServerName, int Needed)
{
    /// <summary>
    /// How far to look: as far as one record can reach. Hellos have about 500 bytes, and 2000 with the keys of post-quantum cryptography.
    /// </summary>
    public const int MaxLength = RecordHeaderLength + MaxRecordLength;

    private const int RecordHeaderLength = 5;
    private const int MaxRecordLength = 1 << 14;
    private const int MessageHeaderLength = 4;
    private const int VersionAndRandomLength = 2 + 32;
    private const int MaxNameLength = 255;
    private const byte HandshakeRecord = 22;
    private const byte MajorVersion = 3;
    private const byte HelloMessage = 1;
    private const int ServerNameExtension = 0;
    private const byte HostName = 0;

    /// <summary>Looks at the bytes that have come so far. The hello may be spread over several records.</summary>
    public static ClientHello Parse(ReadOnlySpan<byte> bytes)
    {
        Span<byte> message = stackalloc byte[MaxLength];
        int joined = 0;
        int end = 0;
        while (true)
        {
            ReadOnlySpan<byte> record = bytes[end..];
            if (record is [not HandshakeRecord, ..] or [_, not MajorVersion, ..])
            {
                return Of(end == 0 ? HelloKind.NotTls : HelloKind.Malformed);
            }

            end += RecordHeaderLength;
            if (record.Length < RecordHeaderLength)
            {
                return end > MaxLength ? Of(HelloKind.Malformed) : Of(HelloKind.Incomplete, end);
            }

            // A record of handshake bytes is never empty: with such ones a client could go on without end.
            int length = Number(record[3..RecordHeaderLength]);
            end += length;
            if (length is 0 or > MaxRecordLength || end > MaxLength)
            {
                return Of(HelloKind.Malformed);
            }

            ReadOnlySpan<byte> content = record[RecordHeaderLength..Math.Min(record.Length, RecordHeaderLength + length)];
            content.CopyTo(message[joined..]);
            joined += content.Length;
            int whole = MessageHeaderLength + (joined < MessageHeaderLength ? 0 : Number(message[1..MessageHeaderLength]));
            if ((joined > 0 && message[0] != HelloMessage) || whole > MaxRecordLength || joined > whole)
            {
                return Of(HelloKind.Malformed);
            }

            if (content.Length < length)
            {
                return Of(HelloKind.Incomplete, end);
            }

            if (joined == whole)
            {
                return ParseMessage(message[MessageHeaderLength..whole]);
            }
        }
    }

    /// <summary>Whether it is a name as clients send it, in ASCII and with no dot at the end, and as can be written to a log.</summary>
    public static bool IsHostName(ReadOnlySpan<char> name)
    {
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return name is not ([] or ['.', ..] or [.., '.']) && name.Length <= MaxNameLength && !name.Contains("..", StringComparison.Ordinal);
    }

    private static ClientHello ParseMessage(ReadOnlySpan<byte> message)
    {
        bool isWellFormed = TryTake(ref message, VersionAndRandomLength, out _)
            && TryTakeVector(ref message, sizeof(byte), out _)
            && TryTakeVector(ref message, sizeof(ushort), out _)
            && TryTakeVector(ref message, sizeof(byte), out _);
        if (!isWellFormed || message.IsEmpty)
        {
            // Before TLS 1.3 it may end here.
            return Of(isWellFormed ? HelloKind.Nameless : HelloKind.Malformed);
        }

        if (!TryTakeVector(ref message, sizeof(ushort), out ReadOnlySpan<byte> extensions) || !message.IsEmpty)
        {
            return Of(HelloKind.Malformed);
        }

        string? name = null;
        while (!extensions.IsEmpty)
        {
            if (!TryTake(ref extensions, sizeof(ushort), out ReadOnlySpan<byte> type) || !TryTakeVector(ref extensions, sizeof(ushort), out ReadOnlySpan<byte> content))
            {
                return Of(HelloKind.Malformed);
            }

            // With two names, the server could take the other one.
            if (Number(type) == ServerNameExtension && (name is not null || !TryParseName(content, out name)))
            {
                return Of(HelloKind.Malformed);
            }
        }

        return new ClientHello(name is null ? HelloKind.Nameless : HelloKind.Named, name, Needed: 0);
    }

    /// <summary>A list in which there may be one entry only, of the only kind that there is: other servers read it like that too.</summary>
    private static bool TryParseName(ReadOnlySpan<byte> content, [NotNullWhen(true)] out string? name)
    {
        name = null;
        if (!TryTakeVector(ref content, sizeof(ushort), out ReadOnlySpan<byte> list) || !content.IsEmpty
            || !TryTake(ref list, 1, out ReadOnlySpan<byte> kind) || kind[0] != HostName
            || !TryTakeVector(ref list, sizeof(ushort), out ReadOnlySpan<byte> text) || !list.IsEmpty)
        {
            return false;
        }

        // Latin-1 keeps each byte apart, so that none that is not ASCII passes for one that is.
        string host = Encoding.Latin1.GetString(text);
        name = IsHostName(host) ? host : null;
        return name is not null;
    }

    /// <summary>Takes what stands behind its own length.</summary>
    private static bool TryTakeVector(ref ReadOnlySpan<byte> bytes, int lengthOfLength, out ReadOnlySpan<byte> vector)
    {
        vector = default;
        return TryTake(ref bytes, lengthOfLength, out ReadOnlySpan<byte> length) && TryTake(ref bytes, Number(length), out vector);
    }

    private static bool TryTake(ref ReadOnlySpan<byte> bytes, int count, out ReadOnlySpan<byte> taken)
    {
        bool isThere = count <= bytes.Length;
        taken = isThere ? bytes[..count] : default;
        bytes = isThere ? bytes[count..] : bytes;
        return isThere;
    }

    /// <summary>Of up to three bytes, the most significant first.</summary>
    private static int Number(ReadOnlySpan<byte> bytes)
    {
        int number = 0;
        foreach (byte b in bytes)
        {
            number = (number << 8) | b;
        }

        return number;
    }

    private static ClientHello Of(HelloKind kind, int needed = 0) => new(kind, ServerName: null, needed);
}
