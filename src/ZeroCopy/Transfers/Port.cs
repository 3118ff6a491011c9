namespace ZeroCopy;

/// <summary>An end of a pump, as something to wait for: its source, or as an <see cref="Outlet"/> a destination.</summary>
internal class Port(Pump pump, Side side) : Waiter
{
    /// <summary>
    /// How often in a row a descriptor may be called ready and be not: another reader may be faster now and then. After that its bytes are copied, and
    /// after as often again it is asked only now and then.
    /// </summary>
    public const int MostIdleWakeUps = 8;

    private volatile PortState _state;
    private volatile Exception? _fault;

    public Side Side => side;

    /// <summary>Set by who has the pump, but for what follows <see cref="PortState.Parked"/>, by itself.</summary>
    public PortState State
    {
        get => _state;
        set => _state = value;
    }

    /// <summary>Whether nothing is to be tried on it now.</summary>
    public bool IsWaiting => _state is PortState.Wanted or PortState.Parked or PortState.Paused;

    public bool IsWoken => _state == PortState.Woken;

    /// <summary>How often in a row it was woken for nothing.</summary>
    public int IdleWakeUps { get; set; }

    /// <summary>Whether what is called ready is not, time after time, as with errors that nobody can take: then it is asked only now and then.</summary>
    public bool IsCalledReadyInVain => IdleWakeUps >= 2 * MostIdleWakeUps;

    /// <summary>Any end of the pump: it then has to find out which.</summary>
    public override bool IsOrphaned => pump.IsOrphaned;

    /// <summary>The source of small messages does: the next one comes when this one is answered.</summary>
    public override bool ComesBack => pump.MovesLittle;

    protected Pump Pump => pump;

    public override void Complete(Exception? error)
    {
        // A disposed end the pump sees itself. It may be another one than this, which is no more ready than it was: a call might wait. But if there is an
        // inner exception, it is this one's descriptor whose number is another's now.
        bool isDisposed = error is ObjectDisposedException { InnerException: null };
        _fault = isDisposed ? null : error;
        _state = isDisposed ? PortState.Wanted : PortState.Woken;
        pump.WakeAfterWait(this);
    }

    /// <summary>Whether it was woken, once: then it is as if it had not been waited for.</summary>
    public bool TakeWakeUp()
    {
        bool isWoken = IsWoken;
        _state = PortState.Idle;
        return isWoken;
    }

    /// <summary>What ended the wait in place of an event, once.</summary>
    public Exception? TakeFault()
    {
        Exception? fault = _fault;
        _fault = null;
        return fault;
    }
}
