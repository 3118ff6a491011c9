namespace ZeroCopy;

/// <summary>What the kinds and outcomes are called in metrics and traces.</summary>
internal static class TransferNames
{
    public static string Name(this TransferKind kind) => kind switch
    {
        TransferKind.Copy => "copy",
        TransferKind.FanOut => "fan_out",
        _ => "relay",
    };

    public static string Name(this TransferOutcome outcome) => outcome switch
    {
        TransferOutcome.Completed => "completed",
        TransferOutcome.Failed => "failed",
        TransferOutcome.Cancelled => "cancelled",
        _ => "timed_out",
    };
}
