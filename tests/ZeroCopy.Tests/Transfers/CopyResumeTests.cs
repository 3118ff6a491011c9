using FsCheck;
using FsCheck.Fluent;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>A copy that is cancelled at any point, and those that go on from there, do together what one does that is never cancelled.</summary>
public sealed class CopyResumeTests : CopyTest
{
    private const int FileOffset = 100;

    private static readonly string[] _sources = ["socket", "unix socket", "pipe", "file", "file at an offset"];
    private static readonly string[] _destinations = [.. _sources, "appending file"];

    /// <summary>The first that is written to the console opens descriptors that stay.</summary>
    static CopyResumeTests() => Check.QuickThrowOnFailure(Prop.ToProperty(true));

    /// <summary>How much there is, in what portions it comes and goes, and after how many more bytes the copy is stopped, each time.</summary>
    public sealed record Course(string From, string To, int Length, int Prefix, int Portion, int Capacity, int Buffer, int[] Stops, int Seed)
    {
        public override string ToString() =>
            $"{From} > {To}, {Prefix}+{Length} bytes by {Portion}, pipe {Capacity}, buffer {Buffer}, stops {string.Join(' ', Stops)}, seed {Seed}";
    }

    [Fact]
    public void Resume_CancelledAtAnyPoint_AllArriveOnceAndInOrder()
    {
        const int Cases = 200;
        Gen<Course> courses =
            from source in Gen.Elements(_sources)
            from destination in Gen.Elements(_destinations)
            from length in Gen.Choose(0, 300_000)
            from prefix in Gen.OneOf(Gen.Constant(0), Gen.Choose(1, 100_000))
            from portion in Gen.Elements(500, 4096, 5000, 65_536, 300_000)
            from capacity in Gen.Elements(0, 1, 8192, 1 << 20)
            from buffer in Gen.Elements(1, 20_000, 200_000)
            from stops in Gen.ArrayOf(Gen.Choose(0, 150_000))
            from seed in Gen.Choose(0, int.MaxValue)
            select new Course(source, destination, length, prefix, portion, capacity, buffer, stops, seed);

        // What fails is reported with the seeds of the generator, to be repeated by.
        Prop.ForAll(courses.ToArbitrary(), course => MustArriveAsync(course).WaitAsync(Patience).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));
    }

    private async Task MustArriveAsync(Course course)
    {
        Random random = new(course.Seed);
        byte[] prefix = new byte[course.Prefix];
        byte[] bytes = new byte[course.Length];
        random.NextBytes(prefix);
        random.NextBytes(bytes);
        string path = NewPath();
        using PipePool pool = new(course.Capacity);
        CopyOptions options = new() { Prefix = prefix, Pool = pool, Counters = new TransferCounters() };
        if (course.From == "file at an offset")
        {
            options.SourceOffset = FileOffset;
        }

        if (course.To == "file at an offset")
        {
            options.DestinationOffset = FileOffset;
        }

        if (_destinations[3..].Contains(course.To))
        {
            using SafeFileHandle file = Native.Open(path, Native.O_WRONLY | Native.O_CREAT | (course.To == "appending file" ? Native.O_APPEND : 0));
            await CopyFromAsync(course, bytes, file, options);
            byte[] content = await File.ReadAllBytesAsync(path);
            content[(int)(options.DestinationOffset ?? 0)..].MustBe([.. prefix, .. bytes]);
            return;
        }

        using DisposableEnd to = new(course.To, TransferSide.Destination, path);
        to.Narrow(course.Buffer);
        byte[] arrived = new byte[prefix.Length + bytes.Length];
        Task reading = Task.Run(() => ReadInPortions(to.Peer!, arrived, course.Portion));
        await CopyFromAsync(course, bytes, to.Endpoint, options);
        await reading;
        arrived.MustBe([.. prefix, .. bytes]);
    }

    private async Task CopyFromAsync(Course course, byte[] bytes, TransferEndpoint destination, CopyOptions options)
    {
        if (_sources[3..].Contains(course.From))
        {
            using SafeFileHandle file = FileOf([.. new byte[options.SourceOffset ?? 0], .. bytes]);
            await CopyInStepsAsync(course, bytes, file, destination, options);
            return;
        }

        using DisposableEnd from = new(course.From, TransferSide.Source, NewPath());
        Task feeding = Task.Run(() =>
        {
            Array.ForEach([.. bytes.Chunk(course.Portion)], portion => from.Peer!.Write(portion));
            from.Peer!.Dispose();
        });
        await CopyInStepsAsync(course, bytes, from.Endpoint, destination, options);
        await feeding;
    }

    private static async Task CopyInStepsAsync(Course course, byte[] bytes, TransferEndpoint source, TransferEndpoint destination, CopyOptions options)
    {
        int read = 0;
        foreach (int stop in course.Stops)
        {
            using CancellationTokenSource cancellation = new();
            Task<CopyResult> copy = Transfer.CopyAsync(source, destination, options, cancellation.Token).AsTask();
            SpinWait.SpinUntil(() => options.Counters!.BytesRead >= read + stop || copy.IsCompleted, Patience).Should().BeTrue();
            await cancellation.CancelAsync();
            try
            {
                (read + (await copy).BytesCopied).Should().Be(bytes.Length);
                return;
            }
            catch (TransferCanceledException e)
            {
                e.MustAccountFor(bytes[read..], options.Prefix.ToArray());
                read += (int)e.BytesRead;
                options = e.Resume!;
            }
        }

        (read + (await Transfer.CopyAsync(source, destination, options)).BytesCopied).Should().Be(bytes.Length);
    }

    private static void ReadInPortions(Stream stream, byte[] buffer, int portion)
    {
        int read = 0;
        int count = 1;
        while (read < buffer.Length && count > 0)
        {
            count = stream.Read(buffer, read, Math.Min(portion, buffer.Length - read));
            read += count;
        }
    }
}
