export default function Home() {
  return (
    <main>
      <h1>Product</h1>
      <a href={`${process.env['VOUCHSAFE_ISSUER']}/account/apps`}>Connected apps</a>
      <form method="post" action="/sign-out">
        <button type="submit">Sign out</button>
      </form>
    </main>
  )
}
