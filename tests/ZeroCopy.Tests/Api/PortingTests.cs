using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Api;

/// <summary>The programs of porting.md, in C and in C#, do the same.</summary>
public sealed partial class PortingTests : KernelTest
{
    private static readonly byte[] _input = Bytes.Random(3_000_001);

    private delegate void Example(SafeFileHandle input, SafeFileHandle output);

    [SkippableFact]
    public void Splice_InCAndInCSharp_Copy()
    {
        Ran(PortingExamples.Cat).Should().Equal(_input);
        RanInC(0).Should().Equal(_input);
    }

    [SkippableFact]
    public void Tee_InCAndInCSharp_CopyTwice()
    {
        Ran((input, output) => PortingExamples.TeeTo(input, output, PathOf("copy"))).Should().Equal(_input);
        File.ReadAllBytes(PathOf("copy")).Should().Equal(_input);
        File.Delete(PathOf("copy"));
        RanInC(1).Should().Equal(_input);
        File.ReadAllBytes(PathOf("copy")).Should().Equal(_input);
    }

    [SkippableFact]
    public void VmSplice_InCAndInCSharp_WriteTheSame()
    {
        byte[] expected = [.. Enumerable.Repeat((byte)'x', 1 << 20)];
        Ran((_, output) => PortingExamples.Give(output)).Should().Equal(expected);
        RanInC(2).Should().Equal(expected);
    }

    private byte[] Ran(Example example)
    {
        Pipe from = NewPipe();
        Pipe to = NewPipe();
        Task writing = InBackground(() =>
        {
            using FileStream writer = new(from.WriteHandle, FileAccess.Write, bufferSize: 0);
            try
            {
                writer.Write(_input);
            }
            catch (IOException)
            {
                // The example does not read.
            }
        });
        Task running = InBackground(() =>
        {
            using SafeFileHandle input = from.ReadHandle;
            using SafeFileHandle output = to.WriteHandle;
            example(input, output);
        });
        byte[] arrived = InTime(to.ReadToEnd);
        InTime(() => Task.WaitAll([writing, running], Patience)).Should().BeTrue();
        return arrived;
    }

    private byte[] RanInC(int index)
    {
        Shell.SkipWithout("cc");
        Skip.IfNot(File.Exists("/usr/include/errno.h"), "the headers of libc are not installed");
        string page = File.ReadAllText(Repository.PathOf("src", "ZeroCopy", "docs", "porting.md"));
        File.WriteAllText(PathOf("program.c"), CBlock().Matches(page)[index].Groups["code"].Value);
        File.WriteAllBytes(PathOf("input"), _input);
        Finished built = Shell.Line("cc -Wall -Wextra -Werror -Wno-unused-parameter -O2 -o program program.c", Folder);
        built.ExitCode.Should().Be(0, built.Error);
        Finished ran = Shell.Line("cat input | ./program copy | cat > output", Folder);
        ran.Error.Should().BeEmpty();
        return File.ReadAllBytes(PathOf("output"));
    }

    [GeneratedRegex(@"```c\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex CBlock();
}
