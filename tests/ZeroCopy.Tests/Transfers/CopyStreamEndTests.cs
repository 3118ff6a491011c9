using System.Net.Sockets;

namespace ZeroCopy.Tests.Transfers;

/// <summary>A FileStream whose position cannot be set any more when the copy is over: what came of the copy is told all the same.</summary>
public sealed class CopyStreamEndTests : CopyTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_PositionFailsAtTheEnd_WhatCameOfItIsTold(bool isAsync)
    {
        SocketPair source = NewSockets();
        await using FailingStream destination = new(NewPath()) { Failure = new IOException("The disk is full.") };
        Task<CopyResult> copy = Started(isAsync, source.Near, destination);
        source.Far.Send("hello"u8).Should().Be(5);
        source.Far.Shutdown(SocketShutdown.Send);
        (await copy.WaitAsync(Patience)).BytesCopied.Should().Be(5);
        destination.Sets.Should().Be(1);
        ContentOf(destination.SafeFileHandle).Should().Equal("hello"u8.ToArray());
    }

    /// <summary>A user's mistake: he gets it where he awaits the copy, and not on a thread of the library, which would end the process.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_PositionFailsWithAMistake_TheCallerGetsIt(bool isAsync)
    {
        SocketPair source = NewSockets();
        await using FailingStream destination = new(NewPath()) { Failure = new InvalidOperationException("A mistake.") };
        Task<CopyResult> copy = Started(isAsync, source.Near, destination);
        source.Far.Send("hello"u8).Should().Be(5);
        source.Far.Shutdown(SocketShutdown.Send);
        await FluentActions.Awaiting(() => copy.WaitAsync(Patience)).Should().ThrowAsync<InvalidOperationException>().WithMessage("A mistake.");
        ContentOf(destination.SafeFileHandle).Should().Equal("hello"u8.ToArray());
        Copy(isAsync: true, FileOf([1, 2, 3]), FileOf([])).BytesCopied.Should().Be(3, "the next copy is none the worse");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_StreamIsDisposedWhileTheSourceIsWaitedFor_TransferExceptionAndNotThatOfThePosition(bool isAsync)
    {
        SocketPair source = NewSockets();
        await using FileStream destination = new(NewPath(), FileMode.CreateNew, FileAccess.Write);
        TransferCounters counters = new();
        Task<CopyResult> copy = Started(isAsync, source.Near, destination, new() { Counters = counters });
        source.Far.Send("hello"u8).Should().Be(5);
        Eventually(() => counters.BytesWritten == 5, "the first part is copied");
        await destination.DisposeAsync();
        (await MustFailAsDisposed(copy, TransferSide.Destination)).MustAccountFor("hello"u8.ToArray()).BytesWritten.Should().Be(5);
        File.ReadAllText(destination.Name).Should().Be("hello");
    }

    private sealed class FailingStream(string path) : FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0)
    {
        public required Exception Failure { get; init; }

        public int Sets { get; private set; }

        public override long Position
        {
            get => base.Position;
            set
            {
                Sets++;
                throw Failure;
            }
        }
    }
}
