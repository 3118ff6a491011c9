using System.Collections.Concurrent;
using System.Diagnostics;

namespace ZeroCopy.Tests.Faults;

/// <summary>What the library asserts of itself and does not hold, kept instead of ending the process.</summary>
internal sealed class FailedAssertions : TraceListener
{
    public ConcurrentQueue<string> All { get; } = new();

    public override void Fail(string? message, string? detailMessage) => All.Enqueue($"{message} {detailMessage}");

    public override void Write(string? message)
    {
        // Nobody reads it.
    }

    public override void WriteLine(string? message)
    {
        // Nobody reads it.
    }
}
