using FsCheck;
using FsCheck.Fluent;

namespace ZeroCopy.Tests.Memory;

/// <summary>Whatever is done, in whatever order: from each pipe come the bytes that were handed over, as they were then.</summary>
public sealed class PageBufferPropertyTests : PageBufferTest
{
    private const int MostLength = 200_000;

    /// <summary>The first that is written to the console opens descriptors that stay.</summary>
    static PageBufferPropertyTests() => Check.QuickThrowOnFailure(Prop.ToProperty(true));

    public enum Kind
    {
        Make,
        Write,
        Map,
        MapAll,
        Read,
        Duplicate,
        WriteKept,
        Dispose,
        Drop,
        Collect,
    }

    /// <summary>Something that is done, and how much or where.</summary>
    public sealed record Step(Kind Kind, int Amount)
    {
        public override string ToString() => $"{Kind} {Amount}";
    }

    [Fact]
    public void Programs_Any_BytesReadAreBytesWritten()
    {
        int cases = Shell.IsContinuousIntegration ? 2000 : 50;

        // Counts that end at a page or beside one as often as anywhere.
        Gen<int> nearPages =
            from page in Gen.Choose(0, 20)
            from beside in Gen.Choose(-1, 1)
            select Math.Max((page * PageSize) + beside, 0);
        Gen<Step> steps =
            from kind in Gen.Frequency(
                (3, Gen.Constant(Kind.Make)), (6, Gen.Constant(Kind.Write)), (8, Gen.Constant(Kind.Map)), (2, Gen.Constant(Kind.MapAll)),
                (4, Gen.Constant(Kind.Read)), (2, Gen.Constant(Kind.Duplicate)), (3, Gen.Constant(Kind.WriteKept)),
                (1, Gen.Constant(Kind.Dispose)), (1, Gen.Constant(Kind.Drop)), (1, Gen.Constant(Kind.Collect)))
            from amount in Gen.OneOf(Gen.Choose(0, 100), nearPages, Gen.Choose(0, MostLength))
            select new Step(kind, amount);
        Gen<(int Capacity, Step[] Steps, int Seed)> programs =
            from capacity in Gen.Elements(1, 0, 1 << 20)
            from program in steps.ArrayOf(40)
            from seed in Gen.Choose(0, int.MaxValue)
            select (capacity, program, seed);

        // What fails is reported with the seeds of the generator, to be repeated by.
        Prop.ForAll(programs.ToArbitrary(), program => InTime(() => MustHold(program.Capacity, program.Steps, program.Seed)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(cases));
    }

    private static bool MustHold(int capacity, Step[] steps, int seed)
    {
        using Run run = new(capacity, new Random(seed));
        Array.ForEach(steps, run.Do);
        run.ReadAll();
        return true;
    }

    /// <summary>A buffer and two pipes, and beside them in ordinary memory what has to be in them.</summary>
    private sealed class Run(int capacity, Random random) : IDisposable
    {
        private readonly Pipe _pipe = new(capacity);
        private readonly Pipe _copy = new(capacity);
        private readonly Queue<byte> _inPipe = [];
        private readonly Queue<byte> _inCopy = [];
        private readonly List<Memory<byte>> _kept = [];
        private PageBuffer? _buffer;
        private byte[] _left = [];

        public void Do(Step step)
        {
            switch (step.Kind)
            {
                case Kind.Make:
                    _buffer?.Dispose();
                    Make(step.Amount + 1);
                    break;
                case Kind.Write when _left.Length > 0:
                    Write(_buffer!.Span, step.Amount % _left.Length);
                    break;
                case Kind.Map when _left.Length > 0:
                    Map(step.Amount % (_left.Length + 1));
                    break;
                case Kind.MapAll when _left.Length > 0:
                    Map(_left.Length);
                    break;
                case Kind.Read:
                    Read(_pipe, _inPipe, step.Amount);
                    Read(_copy, _inCopy, step.Amount / 2);
                    break;
                case Kind.Duplicate:
                    Duplicate(step.Amount);
                    break;
                case Kind.WriteKept:
                    WriteKept();
                    break;
                case Kind.Dispose:
                    _buffer?.Dispose();
                    _left = [];
                    break;
                case Kind.Drop:
                    _buffer = null;
                    _kept.Clear();
                    _left = [];
                    break;
                case Kind.Collect:
                    Collect();
                    break;
                default:
                    break;
            }
        }

        public void ReadAll()
        {
            Read(_pipe, _inPipe, int.MaxValue);
            Read(_copy, _inCopy, int.MaxValue);
        }

        public void Dispose()
        {
            _buffer?.Dispose();
            _pipe.Dispose();
            _copy.Dispose();
        }

        private void Make(int length)
        {
            _buffer = new PageBuffer(length);
            _left = new byte[length];
            _kept.Add(_buffer.Memory);
            _buffer.Span.SequenceEqual(_left).Should().BeTrue("a new buffer is all zeroes");
        }

        private void Write(Span<byte> span, int from)
        {
            Span<byte> bytes = _left.AsSpan(from, random.Next(_left.Length - from + 1));
            random.NextBytes(bytes);
            bytes.CopyTo(span[from..]);
        }

        private void Map(int count)
        {
            Errno errno = _buffer!.TryMapInto(_pipe.WriteHandle, count, SpliceFlags.NonBlock, out long mapped);
            errno.Should().BeOneOf(Errno.None, Errno.EAGAIN);
            foreach (byte value in _left.AsSpan(0, (int)mapped))
            {
                _inPipe.Enqueue(value);
            }

            _left = _left[(int)mapped..];
            (_left.Length == 0 || _buffer.Span.SequenceEqual(_left)).Should().BeTrue("what was not handed over stays");
        }

        /// <summary>Writes to all of some memory that was got before: what is left of the buffer may be in it.</summary>
        private void WriteKept()
        {
            if (_kept.Count == 0)
            {
                return;
            }

            Memory<byte> kept = _kept[random.Next(_kept.Count)];
            random.NextBytes(kept.Span);
            if (_left.Length > 0)
            {
                _left = _buffer!.Span.ToArray();
            }
        }

        private void Duplicate(int count)
        {
            Errno errno = Tee.TryDuplicate(_pipe.ReadHandle, _copy.WriteHandle, count, SpliceFlags.NonBlock, out long duplicated);
            errno.Should().BeOneOf(Errno.None, Errno.EAGAIN);
            foreach (byte value in _inPipe.Take((int)duplicated))
            {
                _inCopy.Enqueue(value);
            }
        }

        private static void Read(Pipe pipe, Queue<byte> expected, int count)
        {
            pipe.BytesAvailable.Should().Be(expected.Count);
            int most = Math.Min(count, expected.Count);
            byte[] bytes = new byte[most];
            byte[] read = most == 0 ? [] : pipe.Read(most);
            for (int i = 0; i < most; i++)
            {
                bytes[i] = expected.Dequeue();
            }

            read.MustBe(bytes);
        }
    }
}
