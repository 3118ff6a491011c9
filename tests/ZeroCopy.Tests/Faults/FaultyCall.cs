namespace ZeroCopy.Tests.Faults;

/// <summary>What libc.c knows of a call: a struct fault.</summary>
internal sealed unsafe class FaultyCall(nint fault)
{
    private readonly long* _made = (long*)fault;
    private readonly long* _met = (long*)fault + 1;
    private readonly long* _first = (long*)fault + 2;
    private readonly long* _last = (long*)fault + 3;
    private readonly long* _error = (long*)fault + 4;
    private readonly long* _in = (long*)fault + 5;
    private readonly long* _out = (long*)fault + 6;

    /// <summary>How many calls were made since it was armed.</summary>
    public long Made => Volatile.Read(ref *_made);

    /// <summary>Whether one of them failed.</summary>
    public bool IsMet => Volatile.Read(ref *_met) > 0;

    /// <summary>What the first that failed would have read from and written to, or -1.</summary>
    public (int In, int Out) Descriptors => ((int)Volatile.Read(ref *_in), (int)Volatile.Read(ref *_out));

    /// <summary>Starts to count anew, with a fault or without one.</summary>
    public void Arm(Fault? fault)
    {
        Lift();
        Volatile.Write(ref *_made, 0);
        Volatile.Write(ref *_met, 0);
        if (fault is not null)
        {
            Volatile.Write(ref *_error, fault.Manner == FaultManner.Told ? (long)fault.Errno : (long)fault.Manner);
            Volatile.Write(ref *_first, fault.First);
            Volatile.Write(ref *_last, fault.Lasts ? long.MaxValue : fault.First);
        }
    }

    /// <summary>Has no more of them fail, and counts on.</summary>
    public void Lift() => Volatile.Write(ref *_last, 0);
}
