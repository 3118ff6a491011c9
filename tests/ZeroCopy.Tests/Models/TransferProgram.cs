using System.Globalization;

namespace ZeroCopy.Tests.Models;

/// <summary>A transfer between two ends, and what is done to it. What is 0 is left to the default.</summary>
/// <param name="IsRelay">Whether it goes both ways; a copy goes from a to b.</param>
/// <param name="A">The kind of the end a: sockets or pipes.</param>
/// <param name="B">That of b.</param>
/// <param name="Prefix">How many bytes it is given to be delivered to b first.</param>
/// <param name="Limit">The most bytes that it may take from a, or each time it is started from each end of a relay.</param>
/// <param name="Capacity">The capacity of its pipes.</param>
/// <param name="Buffer">How much its ends hold of what it writes to them, about.</param>
/// <param name="Steps">What is done.</param>
internal sealed record TransferProgram(bool IsRelay, EndKind A, EndKind B, int Prefix, int Limit, int Capacity, int Buffer, TransferStep[] Steps)
{
    private const string Relay = "Relay";

    public IEnumerable<TransferProgram> Smaller() =>
    [
        .. Programs.WithoutSome(Steps).Select(steps => this with { Steps = steps }),
        .. Prefix > 0 ? [this with { Prefix = 0 }] : (TransferProgram[])[],
        .. Limit > 0 ? [this with { Limit = 0 }] : (TransferProgram[])[],
        .. Capacity > 0 ? [this with { Capacity = 0 }] : (TransferProgram[])[],
        .. Buffer > 0 ? [this with { Buffer = 0 }] : (TransferProgram[])[],
        .. Programs.WithSmaller(Steps, step => step.Smaller()).Select(steps => this with { Steps = steps }),
        .. Programs.Smaller(Prefix).Skip(1).Select(prefix => this with { Prefix = prefix }),
    ];

    /// <summary>As in "Relay Tcp Pipe 0 0 4096 0: Send A 100, Receive B 50, Cancel", with all in the order of the parameters.</summary>
    public override string ToString() =>
        $"{(IsRelay ? Relay : "Copy")} {A} {B} {Prefix} {Limit} {Capacity} {Buffer}: {string.Join(", ", (object[])Steps)}";

    public static TransferProgram Parse(string text)
    {
        string[] parts = text.Split(':');
        string[] words = Programs.Split(parts[0], ' ');
        int[] numbers = [.. words[3..].Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
        return new TransferProgram(
            words[0] == Relay, Enum.Parse<EndKind>(words[1]), Enum.Parse<EndKind>(words[2]), numbers[0], numbers[1], numbers[2], numbers[3],
            [.. Programs.Split(parts[1], ',').Select(TransferStep.Parse)]);
    }
}
