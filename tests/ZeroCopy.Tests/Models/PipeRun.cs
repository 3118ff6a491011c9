using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Models;

/// <summary>Makes the calls of a program on pipes, none of which ever waits, and on their models: what becomes of both has to be the same.</summary>
internal sealed class PipeRun : IDisposable
{
    private readonly Pipe[] _pipes;
    private readonly PipeModel[] _models;

    /// <summary>That of the next new byte among all that were made for the program: no two are alike for long.</summary>
    private long _place;

    public PipeRun(int[] capacities)
    {
        _pipes = [.. capacities.Select(capacity => new Pipe(capacity, nonBlocking: true))];
        _models = [.. _pipes.Select(pipe => new PipeModel(pipe.Capacity))];
    }

    public void Do(PipeStep step)
    {
        Pipe pipe = _pipes[step.On];
        PipeModel model = _models[step.On];
        switch (step.Call)
        {
            case PipeCall.Write when model.HasWriter:
                Write(pipe, model, Math.Max(step.Amount, 1));
                break;
            case PipeCall.Map:
                Map(pipe, model, Math.Max(step.Amount, 1));
                break;
            case PipeCall.Splice or PipeCall.Tee:
                Move(step, _pipes[step.To], _models[step.To]);
                break;
            case PipeCall.Read when model.HasReader:
                Read(pipe, model, step.Amount);
                break;
            case PipeCall.Fill:
                Fill(pipe, model, step.Amount);
                break;
            case PipeCall.Resize:
                Resize(pipe, model, step.Amount);
                break;
            case PipeCall.CloseReader:
                pipe.ReadHandle.Dispose();
                model.HasReader = false;
                break;
            case PipeCall.CloseWriter:
                pipe.WriteHandle.Dispose();
                model.HasWriter = false;
                break;
        }

        MustAgree();
    }

    /// <summary>What is left in each pipe has to be what its model has, and then comes the end.</summary>
    public void Finish()
    {
        for (int i = 0; i < _pipes.Length; i++)
        {
            _pipes[i].WriteHandle.Dispose();
            _models[i].HasWriter = false;
            if (_models[i].HasReader)
            {
                Read(_pipes[i], _models[i], _models[i].Content.Length + 1);
                Read(_pipes[i], _models[i], 1);
            }
        }
    }

    public void Dispose() => Array.ForEach(_pipes, pipe => pipe.Dispose());

    private void MustAgree()
    {
        for (int i = 0; i < _pipes.Length; i++)
        {
            Pipe pipe = _pipes[i];
            if (_models[i].HasReader || _models[i].HasWriter)
            {
                pipe.BytesAvailable.Should().Be(_models[i].Content.Length, "of pipe {0}", i);
                pipe.Capacity.Should().Be(_models[i].Capacity, "of pipe {0}", i);
            }
            else
            {
                pipe.Invoking(closed => closed.BytesAvailable).Should().Throw<ObjectDisposedException>();
            }
        }
    }

    private byte[] NewBytes(int count)
    {
        _place += count;
        return PlacedBytes.Of(count, _place - count);
    }

    private void Write(Pipe pipe, PipeModel model, int count)
    {
        byte[] bytes = NewBytes(count);
        int written = Native.Write(pipe.WriteHandle, bytes);
        MustTake(model, bytes, written < 0 ? (Errno)Marshal.GetLastPInvokeError() : Errno.None, Math.Max(written, 0));
    }

    private void Map(Pipe pipe, PipeModel model, int count)
    {
        byte[] bytes = NewBytes(count);
        using PageBuffer buffer = new(count);
        bytes.CopyTo(buffer.Span);
        if (!model.HasWriter)
        {
            buffer.Invoking(it => it.TryMapInto(pipe.WriteHandle, count, SpliceFlags.NonBlock, out _)).Should().Throw<ObjectDisposedException>();
            return;
        }

        Errno errno = buffer.TryMapInto(pipe.WriteHandle, count, SpliceFlags.NonBlock, out long mapped);
        buffer.BytesMapped.Should().Be((int)mapped);
        MustTake(model, bytes, errno, mapped);
    }

    private static void MustTake(PipeModel model, byte[] bytes, Errno errno, long taken)
    {
        errno.Should().BeOneOf(!model.HasReader ? [Errno.EPIPE] : model.MayBeFull ? [Errno.None, Errno.EAGAIN] : [Errno.None]);
        if (errno == Errno.None)
        {
            taken.Should().BeInRange(model.LeastTaken(bytes.Length), bytes.Length);
            model.Add(bytes.AsSpan(0, (int)taken), PipeModel.SlotsOf(taken));
        }
        else
        {
            taken.Should().Be(0, "a count never comes with an error");
        }
    }

    private void Move(PipeStep step, Pipe target, PipeModel to)
    {
        Pipe source = _pipes[step.On];
        PipeModel from = _models[step.On];
        if (!from.HasReader || !to.HasWriter)
        {
            FluentActions.Invoking(() => Call(out _)).Should().Throw<ObjectDisposedException>();
            return;
        }

        Errno errno = Call(out long moved);
        errno.Should().BeOneOf([.. Permitted(from, to, step.Amount)]);
        if (errno != Errno.None || step.Amount == 0 || from.IsEmpty)
        {
            moved.Should().Be(0);
            return;
        }

        // Short only where the target may be full.
        long most = Math.Min(step.Amount, from.Content.Length);
        moved.Should().BeInRange(from.MostSlotsOf(most) <= to.FreeSlots ? most : Math.Min(most, Math.Max(to.FreeSlots, 1)), most);
        int slots = from.MostSlotsOf(moved);
        to.Add(step.Call == PipeCall.Splice ? from.Take((int)moved) : from.Content.AsSpan(0, (int)moved), slots);

        Errno Call(out long moved) => step.Call == PipeCall.Splice
            ? Splice.TryMove(source.ReadHandle, target.WriteHandle, step.Amount, SpliceFlags.NonBlock, out moved)
            : Tee.TryDuplicate(source.ReadHandle, target.WriteHandle, step.Amount, SpliceFlags.NonBlock, out moved);
    }

    /// <summary>Of an empty source, it depends on the kernel which of two reasons to move nothing is looked for first.</summary>
    private static IEnumerable<Errno> Permitted(PipeModel from, PipeModel to, int amount)
    {
        if (amount == 0 || from == to)
        {
            yield return amount == 0 ? Errno.None : Errno.EINVAL;
            yield break;
        }

        if (!to.HasReader)
        {
            yield return Errno.EPIPE;
        }

        if (from.IsEmpty ? from.HasWriter || to.MayBeFull : to.HasReader && to.MayBeFull)
        {
            yield return Errno.EAGAIN;
        }

        if (from.IsEmpty ? !from.HasWriter : to.HasReader)
        {
            yield return Errno.None;
        }
    }

    private static void Read(Pipe pipe, PipeModel model, int count)
    {
        byte[] buffer = new byte[count];
        int read = Native.Read(pipe.ReadHandle, buffer);
        MustGive(model, buffer, read < 0 ? (Errno)Marshal.GetLastPInvokeError() : Errno.None, Math.Max(read, 0));
    }

    private static void Fill(Pipe pipe, PipeModel model, int count)
    {
        byte[] buffer = new byte[count];
        if (!model.HasReader)
        {
            FluentActions.Invoking(() => VmSplice.TryFill(pipe.ReadHandle, buffer, SpliceFlags.NonBlock, out _)).Should().Throw<ObjectDisposedException>();
            return;
        }

        Errno errno = VmSplice.TryFill(pipe.ReadHandle, buffer, SpliceFlags.NonBlock, out long filled);
        MustGive(model, buffer, errno, filled);
    }

    /// <summary>All that there is, up to what was asked for; and the end, if there is nothing and never will be.</summary>
    private static void MustGive(PipeModel model, byte[] buffer, Errno errno, long given)
    {
        errno.Should().Be(buffer.Length > 0 && model.IsEmpty && model.HasWriter ? Errno.EAGAIN : Errno.None);
        given.Should().Be(Math.Min(buffer.Length, model.Content.Length));
        buffer[..(int)given].MustBe(model.Take((int)given));
    }

    private static void Resize(Pipe pipe, PipeModel model, int capacity)
    {
        if (!model.HasReader && !model.HasWriter)
        {
            pipe.Invoking(closed => closed.Capacity = capacity).Should().Throw<ObjectDisposedException>();
            return;
        }

        int slots = PipeModel.SlotsOf(PipeModel.Rounded(capacity));
        try
        {
            pipe.Capacity = capacity;
            slots.Should().BeGreaterThanOrEqualTo(model.LeastSlotsUsed);
            model.Capacity = PipeModel.Rounded(capacity);
        }
        catch (ErrnoException e)
        {
            e.Errno.Should().Be(Errno.EBUSY);
            slots.Should().BeLessThan(model.MostSlotsUsed);
        }
    }
}
