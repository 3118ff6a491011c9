namespace ZeroCopy;

/// <content>What it would do, by what the kernel says to the calls that it would begin with. It is not run afterwards.</content>
internal sealed partial class Pump
{
    /// <summary>Tells which way its bytes would take. Nothing is moved, and nothing of its ends changes.</summary>
    public TransferPlan Explain()
    {
        Outlet outlet = _outlets[0];
        _source.Foresee();
        outlet.Side.Foresee();
        try
        {
            return _remaining == 0 ? Plan(outlet, TransferPath.None, "there is nothing to copy")
                : _triesCopyRange ? ExplainRange(outlet)
                : ExplainSplice(outlet, []);
        }
        finally
        {
            outlet.End();
        }
    }

    /// <summary>A call that is to copy nothing is checked as any other.</summary>
    private TransferPlan ExplainRange(Outlet outlet)
    {
        Errno errno = _source.CopyRangeTo(outlet.Side, 0, out _);
        if (errno == Errno.None && _source.IsBeforeItsEnd)
        {
            return Plan(outlet, TransferPath.CopyFileRange, "copy_file_range copies from file to file");
        }

        _fallback = errno;
        return RefusesRange(errno)
            ? ExplainSplice(outlet, [errno == Errno.None ? "copy_file_range finds nothing in the source" : $"copy_file_range is refused with {errno}"])
            : Plan(outlet, TransferPath.None, $"copy_file_range fails with {errno}");
    }

    private TransferPlan ExplainSplice(Outlet outlet, List<string> reasons)
    {
        Errno noPipe = outlet.RentPipe();
        TransferPath path = ForeseeFill(outlet, noPipe, reasons);
        path |= ForeseeDrain(outlet, isInPipe: path == TransferPath.Splice, noPipe, reasons);
        if (IsBetweenSockets)
        {
            reasons.Add("small messages are received and sent, which takes less");
        }

        return Plan(outlet, path, string.Join("; ", reasons));
    }

    private TransferPath ForeseeFill(Outlet outlet, Errno noPipe, List<string> reasons)
    {
        if (_source.Copies)
        {
            reasons.Add(_source.IsSocket
                ? "the source is received from: it is a blocking socket that .NET does not know as one"
                : "the source is read: a snapshot is asked for");
            return TransferPath.ReadWrite;
        }

        bool isTried = noPipe == Errno.None && _source.TryKeepPosition();
        Errno refusal = noPipe != Errno.None ? noPipe : isTried ? TryFill(outlet) : TryCall(outlet.Pipe!);
        if (refusal != Errno.None)
        {
            _fallback = refusal;
            reasons.Add($"the source is read: {Why(noPipe, refusal)}");
            return TransferPath.ReadWrite;
        }

        reasons.Add(isTried || _source.Kind == EndpointKind.Pipe ? "the source is spliced" : "the source is spliced, or read if that turns out to be refused");
        return TransferPath.Splice;
    }

    private TransferPath ForeseeDrain(Outlet outlet, bool isInPipe, Errno noPipe, List<string> reasons)
    {
        if (!isInPipe && !outlet.TakesMemoryByPipe)
        {
            reasons.Add("the destination is written to");
            return TransferPath.ReadWrite;
        }

        if (outlet.Side.Copies)
        {
            reasons.Add("the destination is sent to: it is a blocking socket that .NET does not know as one");
            return TransferPath.ReadWrite;
        }

        Errno refusal = noPipe == Errno.None ? TryDrain(outlet) : noPipe;
        if (refusal != Errno.None)
        {
            _fallback = refusal;
            reasons.Add($"the destination is written to: {Why(noPipe, refusal)}");
            return TransferPath.ReadWrite;
        }

        reasons.Add("the destination is spliced to");
        return TransferPath.Splice;
    }

    private static string Why(Errno noPipe, Errno refusal) => noPipe == Errno.None ? $"splice is refused with {refusal}" : $"no pipe is to be had ({noPipe})";

    /// <summary>Splices from a file what a copy would, and takes it out of the pipe again.</summary>
    private Errno TryFill(Outlet outlet)
    {
        Errno errno = _source.SpliceInto(outlet.Pipe!, Check.Length(Allowed), out long moved);
        outlet.LoadPipe(moved);
        outlet.TakeAll(new byte[moved]);
        return Refuses(errno) ? errno : Errno.None;
    }

    /// <summary>Splices to the destination from a pipe that is empty: EAGAIN says that it would take something.</summary>
    private static Errno TryDrain(Outlet outlet)
    {
        outlet.Side.TryKeepPosition();
        Errno errno = outlet.Side.SpliceFrom(outlet.Pipe!, 1, hasMore: false, out _);
        return Refuses(errno) ? errno : Errno.None;
    }

    /// <summary>Splices from a pipe to itself, which the kernel refuses with EINVAL; whatever else it is, that is a sandbox.</summary>
    private static Errno TryCall(Pipe pipe)
    {
        Errno errno = Interop.Splice(pipe.ReadHandle, null, pipe.WriteHandle, null, 1, SpliceFlags.NonBlock, out _);
        return errno != Errno.EINVAL && Refuses(errno) ? errno : Errno.None;
    }

    private TransferPlan Plan(Outlet outlet, TransferPath path, string reason) => new(
        _source.Kind, outlet.Side.Kind, path, _fallback, path.HasFlag(TransferPath.Splice) ? outlet.Pipe!.LentCapacity : 0, reason);
}
