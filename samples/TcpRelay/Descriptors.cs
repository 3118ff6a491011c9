using System.Globalization;

namespace TcpRelaySample;

/// <summary>The descriptors that the process may have.</summary>
internal static class Descriptors
{
    /// <summary>Two sockets, and a pipe each way while bytes are on their way.</summary>
    private const int OfAConnection = 6;

    /// <summary>A file and a pipe each way.</summary>
    private const int OfATap = 6;

    /// <summary>
    /// What the runtime and the library's loops have, the pipes that its pools keep, of which there are 112 at most, and some to spare: without one, .NET
    /// cannot start a thread, and ends the process.
    /// </summary>
    private const int Others = 384;

    /// <summary>For how many connections at a time they suffice, whatever these do.</summary>
    public static int RoomForConnections(bool areTapped)
    {
        string limit = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        return int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out int most)
            ? Math.Max((most - Others) / (OfAConnection + (areTapped ? OfATap : 0)), 1)
            : int.MaxValue;
    }
}
