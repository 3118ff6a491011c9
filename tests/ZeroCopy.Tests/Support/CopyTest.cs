namespace ZeroCopy.Tests.Support;

/// <summary>A test of copies that do not come to their end.</summary>
public abstract class CopyTest : TransferTest
{
    /// <summary>Waits for the copy to fail at that side.</summary>
    protected static async Task<TransferException> MustFail(Task<CopyResult> copy, TransferSide side, params Errno[] errnos)
    {
        TransferException failed = (await FluentActions.Awaiting(() => copy.WaitAsync(Patience)).Should().ThrowAsync<TransferException>()).Which;
        failed.Errno.Should().BeOneOf(errnos, failed.ToString());
        failed.Side.Should().Be(side, failed.ToString());
        return failed;
    }

    /// <summary>Waits for the copy to fail since the object behind that side was disposed.</summary>
    protected static async Task<TransferException> MustFailAsDisposed(Task<CopyResult> copy, TransferSide side)
    {
        TransferException failed = await MustFail(copy, side, Errno.EBADF);
        failed.InnerException.Should().BeOfType<ObjectDisposedException>();
        return failed;
    }

    /// <summary>Waits for the copy to be cancelled by that token.</summary>
    protected static async Task<TransferCanceledException> MustBeCanceled(Task<CopyResult> copy, CancellationToken token)
    {
        TransferCanceledException canceled =
            (await FluentActions.Awaiting(() => copy.WaitAsync(Patience)).Should().ThrowAsync<TransferCanceledException>()).Which;
        canceled.CancellationToken.Should().Be(token);
        copy.Status.Should().Be(TaskStatus.Canceled);
        return canceled;
    }
}
