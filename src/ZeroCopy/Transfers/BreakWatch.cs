namespace ZeroCopy;

/// <summary>
/// Waits for the socket to break that a pump writes to. Needed when nobody reads from that socket any more: a pump that waits for its source hears nothing
/// of its destination.
/// </summary>
internal sealed class BreakWatch(Pump pump) : Waiter
{
    public override bool IsCancelled => pump.IsOver;

    /// <summary>Once: a hang-up without an error is a peer that has closed, and would be told again and again.</summary>
    public override void Complete(Exception? error) => pump.SuspectDestination();
}
