using FsCheck;
using FsCheck.Fluent;

namespace ZeroCopy.Tests.Memory;

/// <summary>Whatever is written by what portions, and whenever it is flushed: what is read is what was written.</summary>
public sealed class VmSpliceWriterPropertyTests : VmSpliceWriterTest
{
    private const int Sync = 0;
    private const int Async = 1;
    private const int Cancelled = 2;

    /// <summary>The first that is written to the console opens descriptors that stay.</summary>
    static VmSpliceWriterPropertyTests() => Check.QuickThrowOnFailure(Prop.ToProperty(true));

    /// <summary>How much is written, as how many pieces, and how it is then flushed, if it is.</summary>
    public sealed record Step(int Count, int Pieces, int? Flush)
    {
        public override string ToString() => $"{Count}/{Pieces}{(Flush is int flush ? $" flush {flush}" : string.Empty)}";
    }

    public sealed record Course(VmSpliceMode Mode, int Capacity, bool NonBlocking, int Portion, Step[] Steps)
    {
        public override string ToString() => $"{Mode}, pipe {Capacity}{(NonBlocking ? " non-blocking" : string.Empty)}, by {Portion}: {string.Join(", ", (object[])Steps)}";
    }

    [Fact]
    public void Write_AnySizesAndFlushes_WhatIsReadIsWhatWasWritten()
    {
        Gen<Step> steps =
            from count in Gen.OneOf(Gen.Choose(0, 5000), Gen.Choose(0, 100_000), Gen.Choose(Mapped - 2, Mapped + 2), Gen.Choose(0, 3 * OneMiB))
            from pieces in Gen.Choose(1, 5)
            from flush in Gen.Elements<int?>(null, Sync, Sync, Async, Async, Cancelled)
            select new Step(count, pieces, flush);
        Gen<Course> courses =
            from mode in Gen.Elements(VmSpliceMode.AnyReader, VmSpliceMode.CopyingReader)
            from capacity in Gen.Elements(1, 0, OneMiB)
            from nonBlocking in Gen.Elements(false, true)
            from portion in Gen.Elements(777, 4096, 65_536, OneMiB)
            from count in Gen.Choose(1, 25)
            from all in steps.ArrayOf(count)
            select new Course(mode, capacity, nonBlocking, portion, all);
        Prop.ForAll(courses.ToArbitrary(), course => MustHoldAsync(course).WaitAsync(Patience).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Shell.IsContinuousIntegration ? 1000 : 25));
    }

    private async Task MustHoldAsync(Course course)
    {
        using Pipe pipe = new(course.Capacity);
        if (course.NonBlocking)
        {
            Native.SetStatusFlags(pipe.WriteHandle, Native.O_NONBLOCK);
        }

        VmSpliceWriter writer = new(pipe.WriteHandle, course.Mode);
        long place = 0;
        Task reading = MustReadPlaced(pipe.ReadHandle, course.Steps.Sum(step => (long)step.Count), course.Portion);
        foreach (Step step in course.Steps)
        {
            if (writer.UnflushedBytes + step.Count > VmSpliceWriter.MaxUnflushedBytes / 2)
            {
                await FlushAsync(writer, Sync);
            }

            int left = step.Count;
            for (int piece = step.Pieces; piece > 0; piece--)
            {
                Write(writer, place, left / piece);
                place += left / piece;
                left -= left / piece;
            }

            await (step.Flush is int flush ? FlushAsync(writer, flush) : Task.CompletedTask);
        }

        await FlushAsync(writer, Async);
        writer.UnflushedBytes.Should().Be(0);
        (writer.BytesMapped + writer.BytesCopied).Should().Be(place);
        await writer.DisposeAsync();
        pipe.WriteHandle.Dispose();
        await reading;
    }

    private static async Task FlushAsync(VmSpliceWriter writer, int how)
    {
        using CancellationTokenSource source = new();
        Task flushing = Flushing(writer, how != Sync, source.Token);
        if (how == Cancelled)
        {
            await source.CancelAsync();
        }

        try
        {
            await flushing;
        }
        catch (OperationCanceledException) when (how == Cancelled)
        {
            // What is left goes with the next flush.
        }
    }
}
